"""Charts of query results as PNG images."""
