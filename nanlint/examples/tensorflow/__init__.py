"""Examples in TensorFlow."""
