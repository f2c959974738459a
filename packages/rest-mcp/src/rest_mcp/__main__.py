"""`python -m rest_mcp`."""

from rest_mcp.command import main

main()
