"""`python -m slack_mcp`."""

from slack_mcp.server import SERVER

SERVER.run()
