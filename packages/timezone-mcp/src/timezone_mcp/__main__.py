"""`python -m timezone_mcp`."""

from timezone_mcp.server import SERVER

SERVER.run()
