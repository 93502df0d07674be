"""What `nanlint explain` says of a line."""
