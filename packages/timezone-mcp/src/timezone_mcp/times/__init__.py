"""Times as people write them, and their readings on the clock of a zone."""
