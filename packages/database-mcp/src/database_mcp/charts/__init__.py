"""Charts of a query's rows, as PNG images."""
