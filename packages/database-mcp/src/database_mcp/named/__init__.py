"""Named queries: SQL from a configuration file with typed parameters that the model sets."""
