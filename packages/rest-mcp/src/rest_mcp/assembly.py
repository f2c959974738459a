"""Construction of the `Server` value of a bridge file."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from mcp_chassis.server import Server

from rest_mcp.bridge_file import read
from rest_mcp.connection import Apis, connected
from rest_mcp.prompts import api_request_template
from rest_mcp.settings import RestSettings, settings_for
from rest_mcp.tool_functions import resources_of, tools_of

STARTER = Path(__file__).with_name("starter.toml")


def server_of(path: Path) -> Server[RestSettings]:
    """Build the server of one bridge file.

    Raises:
        BadBridge: with one sentence for each rule the file breaks.
    """
    bridge = read(path)

    @asynccontextmanager
    async def connect(settings: RestSettings) -> AsyncGenerator[Apis]:
        async with connected(bridge, settings) as apis:
            yield apis

    return Server(
        name="rest-mcp",
        distribution="toolroll-rest-mcp",
        title="REST bridge",
        description="Tools over a REST API, described in a bridge file",
        website="https://www.openapis.org",
        settings=settings_for(bridge, path.resolve(), named=path != STARTER),
        connect=connect,
        instructions=bridge.instructions,
        tools=tools_of(bridge),
        resources=resources_of(bridge),
        prompts=(api_request_template,),
        probe=Apis.probe,
        draft=path != STARTER,
    )
