"""Connections to PostgreSQL: driver, error translation, pool."""
