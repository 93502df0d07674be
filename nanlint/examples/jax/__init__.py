"""Examples in JAX."""
