"""The files of one folder as resources."""
