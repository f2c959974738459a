"""State of a database and its server: connections, health checks, costliest statements."""
