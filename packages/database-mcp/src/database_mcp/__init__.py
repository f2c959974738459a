"""MCP server for PostgreSQL databases; read-only unless a setting allows changes."""
