"""What rules find out of a trace and its trees."""
