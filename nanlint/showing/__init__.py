"""What is shown on streams and terminals."""
