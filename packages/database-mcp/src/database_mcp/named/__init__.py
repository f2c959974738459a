"""Named queries: SQL of the person who runs the server, from a file, with typed parameters for the model."""
