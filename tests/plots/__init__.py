"""The plots are what a framework computes."""
