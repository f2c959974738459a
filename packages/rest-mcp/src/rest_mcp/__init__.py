"""An internal REST API as a focused MCP server, from a file."""
