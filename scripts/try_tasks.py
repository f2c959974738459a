"""Trial of tasks with the released Claude Code, without a model: a scripted Messages API on loopback calls a long tool.

try_tasks.py CLAUDE DSN runs that command (such as node_modules/.bin/claude) in a terminal of its own, once for each
transport and each case, with database-mcp on that PostgreSQL, and tells what came back to the model. Exit code 1 when
a task did not end as it should.
"""

import contextlib
import http.server
import itertools
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, cast

from servers import ROOT

PROGRAM = str(ROOT / ".venv" / "bin" / "database-mcp")
TOOL = "mcp__database__execute_query"
KEY = "scripted-answers"
LIMIT_SECONDS = 60.0
TYPING_SECONDS = 1.0
WORDS = 700
SERVER = {"MCP_PORT": "0", "DATABASE_ALLOWED_FUNCTIONS": "pg_sleep", "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
HOST = {
    "ANTHROPIC_API_KEY": KEY,
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "ENABLE_TOOL_SEARCH": "false",
    "MCP_CONNECTION_NONBLOCKING": "0",
}
STOP_BY = re.compile(r'TaskStop with task_id \\?"(\w+)')
CASES = {"completes": (12, "<status>completed</status>"), "is stopped": (100, "is stopped. ")}


@dataclass
class Script:
    """What the model says: it calls the tool, stops the task it is told of where `stops`, and waits for its end."""

    stops: bool
    seconds: float
    ending: str
    called: bool = False
    heard: list[str] = field(default_factory=list[str])
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """The content block of the next message."""
        names = {tool.get("name") for tool in body.get("tools", ())}
        results = [block for message in body["messages"] for block in blocks(message) if "tool_use_id" in block]
        said = json.dumps(body["messages"][-2:])
        if TOOL not in names:
            return {"type": "text", "text": "done"}
        self.called = True
        if not results:
            return use(
                TOOL, {"query": f"SELECT 7 AS n FROM (SELECT pg_sleep({self.seconds})) AS s", "timeout_seconds": 120}
            )
        self.heard.append(json.dumps(results[-1].get("content")))
        if self.stops and len(results) == 1 and (found := STOP_BY.search(self.heard[-1])):
            return use("TaskStop", {"task_id": found[1]})
        if self.ending.lower() in said.lower():
            self.heard.append(said[-WORDS:])
            self.ended.set()
        return {"type": "text", "text": "done"}


def blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return cast("list[dict[str, Any]]", content) if isinstance(content, list) else []


def use(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": given}


def events(block: dict[str, Any]) -> bytes:
    """A message of one block as the API streams it."""
    used = block["type"] == "tool_use"
    empty: dict[str, Any] = {**block, "input": {}} if used else {**block, "text": ""}
    part = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])} if used else {}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "usage": usage,
    }
    stop = {"stop_reason": "tool_use" if used else "end_turn", "stop_sequence": None}
    sent: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": {**message, "stop_reason": None, "stop_sequence": None}}),
        ("content_block_start", {"index": 0, "content_block": empty}),
        ("content_block_delta", {"index": 0, "delta": part or {"type": "text_delta", "text": block["text"]}}),
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": stop, "usage": {"output_tokens": 1}}),
        ("message_stop", {}),
    ]
    return "".join(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in sent).encode()


class Api(http.server.BaseHTTPRequestHandler):
    """The Messages API of one script."""

    protocol_version = "HTTP/1.1"
    script: ClassVar[Script]

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the trial tells what matters."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")
        streams = bool(body.get("stream"))
        kind = "text/event-stream" if streams else "application/json"
        found = events(self.script.answer(body)) if streams else b'{"input_tokens": 1}'
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)


@contextlib.contextmanager
def api(script: Script) -> Generator[str]:
    handler = type("ScriptedApi", (Api,), {"script": script})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@contextlib.contextmanager
def entry(transport: str, dsn: str) -> Generator[dict[str, Any]]:
    """The entry of the server in the host's file."""
    environment = {**SERVER, "PATH": os.environ["PATH"], "DATABASE_URL": dsn}
    if transport == "stdio":
        yield {"type": "stdio", "command": PROGRAM, "args": [], "env": environment}
        return
    command = [PROGRAM, "serve", "--transport", "http"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as server:
        assert server.stderr is not None
        address = next(json.loads(line)["listening"] for line in server.stderr if b'"listening"' in line)
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield {"type": "http", "url": f"http://{address}/mcp"}
        server.terminate()


def converse(claude: str, home: Path, servers: dict[str, Any], script: Script) -> None:
    """One conversation in a terminal, until the script has heard the end of its task."""
    approved = {"approved": [KEY], "rejected": []}
    trusted = {str(home): {"hasTrustDialogAccepted": True}}
    begun = {"hasCompletedOnboarding": True, "customApiKeyResponses": approved, "projects": trusted}
    (home / ".claude.json").write_text(json.dumps(begun))
    (home / "mcp.json").write_text(json.dumps({"mcpServers": {"database": servers}}))
    command = [claude, "--mcp-config", "mcp.json", "--strict-mcp-config", "--allowedTools", TOOL]
    with api(script) as url:
        mine = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "ANTHROPIC_BASE_URL": url}
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(home)
            os.execve(claude, command, {**mine, **HOST})
        drain(terminal, script)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def drain(terminal: int, script: Script) -> None:
    """Type a prompt until the tool is called, and read what the terminal shows, or the program would stop."""
    began = typed = time.monotonic()
    keys = itertools.cycle((b"go", b"\r"))
    while not script.ended.is_set() and time.monotonic() - began < LIMIT_SECONDS:
        if not script.called and time.monotonic() - typed > TYPING_SECONDS:
            typed = time.monotonic()
            os.write(terminal, next(keys))
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                os.read(terminal, 65_536)
            except OSError:
                return


def main(claude: str, dsn: str) -> int:
    command = str(Path(claude).resolve())
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        for transport in ("stdio", "http"):
            with entry(transport, dsn) as server:
                converse(command, home, server, Script(False, 0, "row_count"))  # the second start of a program is quick
                for case, script in CASES.items():
                    good = tried(f"{version}, {transport}, {case}", script, command, home, server) and good
    return int(not good)


def tried(title: str, case: tuple[int, str], command: str, home: Path, server: dict[str, Any]) -> bool:
    """Whether the call became a task and ended as it should; prints what the model was told."""
    script = Script(title.endswith("stopped"), *case)
    converse(command, home, server, script)
    became = any("server-side task" in text for text in script.heard)
    ended = script.ended.is_set()
    print(f"{title}: {'became' if became else 'DID NOT BECOME'} a task, {'ended' if ended else 'NO END'}")
    print("", *script.heard, sep="\n    ")
    return became and ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
