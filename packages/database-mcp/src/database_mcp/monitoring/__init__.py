"""Monitoring of a database and its server: sessions, health checks, sizes, most expensive statements."""
