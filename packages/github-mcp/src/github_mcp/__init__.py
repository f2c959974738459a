"""GitHub in ten tools."""
