"""Parsers of times, dates and durations, and the instants of a local time in a zone."""
