"""Settings: reading, merging, finding, and the real command under them."""
