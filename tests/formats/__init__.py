"""Every output format, on small reports built by hand and on real runs."""
