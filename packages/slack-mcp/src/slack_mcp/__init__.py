"""MCP server for Slack: channels and people are given and returned by name."""
