from github_mcp.server import SERVER

SERVER.run()
