"""The tools, grouped by subject."""
