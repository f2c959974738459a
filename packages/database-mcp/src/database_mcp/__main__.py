"""`python -m database_mcp`."""

from database_mcp.server import SERVER

if __name__ == "__main__":
    SERVER.run()
