"""The shape of the code, checked on itself."""
