"""The documentation says what the product does, and all of it."""
