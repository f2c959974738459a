"""Export of a query's rows to a file of the allowed folder, which a host reads in pieces."""
