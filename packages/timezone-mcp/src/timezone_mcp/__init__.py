"""Time zones, conversions and meeting times for models."""
