"""Examples in Keras."""
