"""MCP server for a REST API that a bridge file describes."""
