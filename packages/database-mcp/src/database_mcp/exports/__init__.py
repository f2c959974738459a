"""Export of query results to files in the configured folder, which a client reads in pieces."""
