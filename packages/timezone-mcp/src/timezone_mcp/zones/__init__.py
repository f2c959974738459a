"""Time zones: their names, abbreviations, offsets and clock changes."""
