"""The front on real descriptors, in a process of its own: responses from a record, handovers, and how it exits."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = """
import json, os, signal, sys
from mcp_chassis.stdio.front import conditions, loop, record

reference, text, warm_up = "sample:SERVER", "x" * int(sys.argv[1]), json.loads(sys.argv[2])
never = {name: {} for name in ("variables", "secrets", "secret_files", "kinds", "contents", "files")}
names = {"interpreter": conditions.interpreter(), "families": [], "names": []}
answers = {"2025-11-25": {"initialize": b"{}", "ping": b"{}", "tools/list": json.dumps([text]).encode()}}
if len(sys.argv) > 3:
    record.write(reference, os.environ, {"conditions": names | never, "warm_up": warm_up}, answers)
descriptors = os.listdir("/dev/fd")
end = loop.serve(reference)
leaked = len(os.listdir("/dev/fd")) - len(descriptors)
if not isinstance(end, int):
    end = {"received": end.received.decode(), "answered": len(end.answered), "writes_record": end.writes_record}
blocking = os.get_blocking(1) if sys.stdout else None
report = {"end": end, "blocking": blocking, "wakeup": signal.set_wakeup_fd(-1), "leaked": leaked}
print(json.dumps(report), file=sys.stderr)
"""
CLIENT = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"}}
PING_RESPONSE = b'{"jsonrpc":"2.0","id":1,"result":{}}\n'


def line(method: str, params: dict[str, Any] | None = None, identifier: int | None = 1) -> bytes:
    head: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params or {}}
    return json.dumps(head if identifier is None else {"id": identifier, **head}).encode() + b"\n"


INITIALIZE = line("initialize", CLIENT, 0)
INITIALIZED = b'{"jsonrpc":"2.0","id":0,"result":{}}\n'


class Front:
    """The process, with a record unless `recorded` is false; a list of tools has `size` characters."""

    def __init__(self, cache: Path, size: int = 1, warm_up: float | None = None, *, recorded: bool = True) -> None:
        command = [sys.executable, "-c", PROGRAM, str(size), json.dumps(warm_up), *(["recorded"] if recorded else [])]
        self.report = cache.parent / "report"
        with self.report.open("wb") as report:
            self.process = subprocess.Popen(
                command, env=environment(cache), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=report
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout

    def send(self, *lines: bytes) -> None:
        self.input.write(b"".join(lines))
        self.input.flush()

    def ended(self) -> dict[str, Any]:
        """The report of the process, after everything that it writes was read."""
        self.written = self.output.read()
        assert self.process.wait() == 0
        return json.loads(self.report.read_text())


def environment(cache: Path, **more: str) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(cache), "PATH": os.environ["PATH"], **more}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    fronts: list[Front] = []

    def make(*arguments: Any, **options: Any) -> Front:
        fronts.append(Front(tmp_path / "cache", *arguments, **options))
        return fronts[-1]

    yield make
    for front in fronts:
        front.process.kill()
        front.process.wait()
        for stream in (front.input, front.output):
            try:
                stream.close()
            except BrokenPipeError:
                continue


SERVED = {"blocking": True, "wakeup": -1, "leaked": 0}


def test_requests_before_the_end_of_input_get_their_responses_and_the_exit_code_is_0(start: Any) -> None:
    front = start()
    front.send(INITIALIZE, b"\n", b"  \r\n", line("notifications/initialized", None, None), line("ping"))
    front.input.close()
    assert front.ended() == {"end": 0, **SERVED}
    assert front.written == INITIALIZED + PING_RESPONSE


def test_a_last_line_without_its_end_is_answered(start: Any) -> None:
    front = start()
    front.send(INITIALIZE, line("ping")[:-1])
    front.input.close()
    assert front.ended()["end"] == 0
    assert front.written == INITIALIZED + PING_RESPONSE


def test_a_host_that_sends_nothing_gets_exit_code_0(start: Any) -> None:
    front = start()
    front.input.close()
    assert front.ended() == {"end": 0, **SERVED}
    assert front.written == b""


def test_large_responses_are_written_whole_at_the_end_of_input(start: Any) -> None:
    front = start(size=2_000_000)
    front.send(INITIALIZE, *[line("tools/list")] * 2)
    front.input.close()
    assert front.ended()["end"] == 0
    response = b'{"jsonrpc":"2.0","id":1,"result":["%b"]}\n' % (b"x" * 2_000_000)
    assert front.written == INITIALIZED + response * 2


def test_a_request_without_a_recorded_response_is_handed_over_after_the_responses_before_it(start: Any) -> None:
    front = start(size=2_000_000)
    call = line("tools/call", {"name": "echo"}, 7)
    front.send(INITIALIZE, line("tools/list"), call, line("ping"))
    found = front.ended()
    first, *rest = found["end"]["received"].encode().splitlines(keepends=True)
    assert json.loads(first)["method"] == "initialize"
    assert json.loads(first)["id"] != 0
    assert b"".join(rest) == call + line("ping")
    assert (found["end"]["answered"], found["end"]["writes_record"]) == (1, False)
    assert len(front.written) == len(INITIALIZED) + 2_000_000 + len('{"jsonrpc":"2.0","id":1,"result":[""]}\n')


PADDED = line("ping")[:-1].ljust(65_536)


def test_a_line_of_65536_bytes_is_served_and_a_longer_one_is_handed_over(start: Any) -> None:
    front = start()
    front.send(INITIALIZE, PADDED, b"\n")
    front.input.close()
    assert front.ended()["end"] == 0
    assert front.written == INITIALIZED + PING_RESPONSE
    front = start()
    front.send(INITIALIZE, PADDED, b" ")
    assert front.ended()["end"]["received"].endswith((PADDED + b" ").decode())


def test_the_server_is_loaded_after_the_warm_up_and_not_before(start: Any) -> None:
    front = start(warm_up=3600)
    front.send(INITIALIZE)
    assert front.output.readline() == INITIALIZED
    front.send(line("ping"))
    assert front.output.readline() == PING_RESPONSE
    front.input.close()
    assert front.ended()["end"] == 0
    front = start(warm_up=0)
    front.send(INITIALIZE)
    assert front.ended()["end"]["answered"] == 1


def test_a_host_that_no_longer_reads_ends_the_process_with_code_0(start: Any) -> None:
    front = start(size=2_000_000)
    front.output.close()
    front.send(INITIALIZE, line("tools/list"))
    assert front.process.wait() == 0
    assert json.loads(front.report.read_text())["end"] == 0


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_idle_process_with_code_0(start: Any, sign: signal.Signals) -> None:
    front = start()
    front.send(INITIALIZE)
    assert front.output.readline() == INITIALIZED
    front.process.send_signal(sign)
    assert front.ended()["end"] == 0


def test_a_second_signal_ends_the_process_at_once_with_128_and_its_number(start: Any) -> None:
    front = start(size=2_000_000)
    front.send(INITIALIZE, line("tools/list"))
    assert front.output.readline() == INITIALIZED
    front.process.send_signal(signal.SIGINT)
    front.process.send_signal(signal.SIGTERM)
    assert front.process.wait() == 128 + signal.SIGTERM
    assert front.report.read_text() == ""


def test_without_a_record_the_server_is_loaded_at_once_and_may_write_one(start: Any) -> None:
    found = start(recorded=False).ended()["end"]
    assert found == {"received": "", "answered": 0, "writes_record": True}


def first_start(cache: Path, stdin: Any, stdout: Any, **variables: str) -> bool:
    """Whether a start without a record may write one, because the host can be served by a front."""
    child = subprocess.run(
        [sys.executable, "-c", PROGRAM, "1", "null"],
        env=environment(cache, **variables),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=True,
    )
    return json.loads(child.stderr.splitlines()[-1])["end"]["writes_record"]


@pytest.mark.parametrize(("stdin", "stdout"), [("pipe", "pipe"), ("socket", "socket"), ("socket", "pipe")])
def test_pipes_and_sockets_are_served_by_the_front(tmp_path: Path, stdin: str, stdout: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ends = {"pipe": subprocess.PIPE, "socket": theirs.fileno()}
        assert first_start(tmp_path, ends[stdin], ends[stdout])


@pytest.mark.parametrize(
    ("stdin", "stdout"), [("file", "pipe"), ("pipe", "file"), ("null", "pipe"), ("pipe", "null"), ("file", "socket")]
)
def test_files_and_devices_are_left_to_the_full_server(tmp_path: Path, stdin: str, stdout: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, (tmp_path / "file").open("w+b") as file:
        ends = {"pipe": subprocess.PIPE, "socket": theirs.fileno(), "null": subprocess.DEVNULL, "file": file}
        assert not first_start(tmp_path, ends[stdin], ends[stdout])


@pytest.mark.parametrize(("value", "front"), [("off", False), (" OFF ", False), ("on", True), ("", True)])
def test_the_front_can_be_turned_off_by_its_variable(tmp_path: Path, value: str, front: bool) -> None:
    assert first_start(tmp_path, subprocess.PIPE, subprocess.PIPE, MCP_FRONT=value) is front
