"""OpenAPI 3 documents: operations for entries of a bridge file, and proposals of whole bridge files."""
