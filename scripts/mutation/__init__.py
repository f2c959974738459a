"""Mutation testing by sample: change single lines of the sources and count the changes that a test notices."""
