"""Lookup of cities, regions and countries by name, with the time zones of each."""
