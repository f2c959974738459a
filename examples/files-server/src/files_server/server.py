"""The files-server: its settings, tools and resources."""

from mcp_chassis.server import Server

from files_server.settings import FilesSettings
from files_server.tools import file, list_files, read_file
from files_server.watching import connect, watch

SERVER = Server(
    name="files-server",
    title="Files",
    description="The files of one folder, read only",
    website="https://modelcontextprotocol.io",
    settings=FilesSettings,
    connect=connect,
    watch=watch,
    instructions="The files of one folder. A file is its file:/// address; subscribe to one to hear of its changes.",
    tools=(list_files, read_file),
    resources=(file,),
    draft=True,
)
