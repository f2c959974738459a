"""A host that reads no answers and closes the server's input: the server ends by itself, without a signal."""

import json
import subprocess
import sys
from subprocess import PIPE

import pytest
from mcp_chassis.testing.raw import without_path

REQUESTS = 400  # their answers are several megabytes, more than a pipe and the server's own buffer hold
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes are polled on POSIX alone")
@pytest.mark.parametrize("sent", ["requests", "lines that are no messages"])
def test_a_server_whose_input_is_closed_ends_though_nobody_reads_its_answers(sent: str) -> None:
    initialize = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": INITIALIZE}
    lists = [{"jsonrpc": "2.0", "id": number, "method": "tools/list"} for number in range(1, REQUESTS)]
    lines = [json.dumps(message).encode() for message in (initialize, *lists)]
    command = [sys.executable, "-m", "timezone_mcp"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=without_path()) as process:
        assert process.stdin is not None
        process.stdin.write(b"\n".join(lines if sent == "requests" else [lines[0], *[b"x"] * 50_000]) + b"\n")
        process.stdin.close()
        assert process.wait() == 0
