"""`python -m first_server`."""

from first_server.server import SERVER

SERVER.run()
