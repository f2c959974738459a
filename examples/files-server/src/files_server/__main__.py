"""`python -m files_server`."""

from files_server.server import SERVER

SERVER.run()
