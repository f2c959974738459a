"""MCP server for the files of one folder, read only."""
