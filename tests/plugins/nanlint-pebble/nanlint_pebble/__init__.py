"""What nanlint shall know of pebble: its functions in `frameworks`, a rule of ours in `rules`."""
