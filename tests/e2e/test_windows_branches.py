"""Each server over stdio in a process that takes itself for one on Windows: its branches, none of POSIX's modules."""

import sys

import pytest
from mcp_chassis.testing.raw import RawClient, without_path
from servers import module, servers

PROGRAM = """
import asyncio, shutil, subprocess, sys
import anyio, httpx2, mcp.server.lowlevel, mcp.server.stdio, platformdirs.unix

sys.platform = "win32"
sys.modules.update(dict.fromkeys(["fcntl", "grp", "pwd", "resource", "termios"]))
from {module}.__main__ import main

sys.exit(main())
"""
"""What is imported first has branches of its own for Windows, which do not run on this system."""


@pytest.mark.parametrize("name", servers())
def test_a_server_lists_its_tools_and_ends_with_its_input_without_a_module_of_posix(name: str) -> None:
    program = PROGRAM.format(module=module(name))
    with RawClient([sys.executable, "-c", program], env=without_path()) as client:
        assert client.initialize()["serverInfo"]["name"] == name
        assert client.list()
        assert client.stop() == 0
