"""Cities, regions and countries by name, each with its time zones."""
