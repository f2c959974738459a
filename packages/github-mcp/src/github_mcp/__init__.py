"""MCP server for GitHub: repositories, issues, pull requests, code, workflow runs and discussions."""
