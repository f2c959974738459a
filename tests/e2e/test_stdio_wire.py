"""Messages over the pipes: every request answered once, however slowly it is read (docs/reliability.md)."""

import fcntl
import json
import os
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from mcp_chassis.testing.raw import RawClient
from stdio_sample import StdioSample, begin

PARSE_ERROR, INVALID_REQUEST = -32700, -32600


def _say(client: RawClient, text: str) -> object:
    return client.call("say", {"text": text})["structuredContent"]["text"]


@pytest.mark.parametrize("version", ["2024-11-05", "2025-11-25", "2026-07-28"])
def test_a_thousand_requests_at_once_get_a_thousand_answers_each_its_own(sample: StdioSample, version: str) -> None:
    client = sample.start(version)
    sent = {client.begin("tools/call", {"name": "say", "arguments": {"text": f"n{n}"}}): f"n{n}" for n in range(1000)}
    answers = [client.receive() for _ in sent]
    assert {answer["id"]: answer["result"]["structuredContent"]["text"] for answer in answers} == sent
    client.close()
    assert client.rest() == []


def test_a_host_that_reads_late_holds_up_the_reading_and_gets_every_answer(sample: StdioSample) -> None:
    """Twelve megabytes: ten times what two pipes and the server's own buffer hold."""
    client = sample.start()
    assert client.process.stdin
    pipe = client.process.stdin.fileno()
    unsent = memoryview(b"".join(_line(number, "x" * 20_000) for number in range(600)))
    client.pause()
    os.set_blocking(pipe, False)
    while unsent and select.select([], [pipe], [], 2.0)[1]:
        unsent = unsent[os.write(pipe, unsent) :]
    assert unsent, "the server took in everything though nobody read its answers"
    os.set_blocking(pipe, True)
    rest = threading.Thread(target=client.process.stdin.write, args=(unsent,))
    rest.start()
    client.resume()
    answers = [client.receive() for _ in range(600)]
    rest.join(20)
    assert sorted(answer["id"] for answer in answers) == list(range(600))
    assert client.stop(5) == 0


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="pipes have one size here")
def test_the_pipe_to_the_host_holds_a_large_answer_whole(sample: StdioSample) -> None:
    client = sample.start()
    assert client.process.stdout
    assert fcntl.fcntl(client.process.stdout, fcntl.F_GETPIPE_SZ) == 256 * 1024
    text = 'ä"\\' * 10_000
    assert _say(client, text) == text
    client.close()


def _line(number: int, text: str) -> bytes:
    params = {"name": "say", "arguments": {"text": text}}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}).encode() + b"\n"


@pytest.mark.parametrize(
    ("line", "code", "identifier"),
    [
        (b"not json", PARSE_ERROR, None),
        (b"\xff\xfe\x00", PARSE_ERROR, None),
        (b'{"jsonrpc":"2.0","id":1', PARSE_ERROR, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":9,"method":"ping","params":' + b'{"a":' * 900 + b"1" + b"}" * 901, INVALID_REQUEST, 9),
        (b'{"jsonrpc":"2.0","id":9,"method":"ping","params":{"a":"' + b"x" * (5 << 20) + b'"}}', INVALID_REQUEST, 9),
        (b"x" * (5 << 20), INVALID_REQUEST, None),
    ],
)
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_a_line_that_is_no_message_is_answered_as_such_and_the_next_one_works(
    sample: StdioSample, version: str, line: bytes, code: int, identifier: int | None
) -> None:
    client = sample.start(version)
    client.send(line)
    refused = client.receive()
    assert (refused["error"]["code"], refused["id"]) == (code, identifier)
    assert _say(client, "still here") == "still here"


def test_blank_lines_and_carriage_returns_are_no_messages(sample: StdioSample) -> None:
    client = sample.start()
    client.send(b"\n\r\n  \n")
    client.send(b'{"jsonrpc":"2.0","id":77,"method":"ping"}\r')
    assert client.receive() == {"jsonrpc": "2.0", "id": 77, "result": {}}


def test_a_message_may_arrive_in_pieces_and_a_long_one_is_taken_whole(sample: StdioSample) -> None:
    client = sample.start()
    assert client.process.stdin
    pipe = client.process.stdin.fileno()
    for piece in (
        b'{"jsonrpc":"2.0",',
        b'"id":5,"method"',
        b':"ping"}\n{"jsonrpc":',
        b'"2.0","id":6,"method":"ping"}\n',
    ):
        os.write(pipe, piece)
    assert [client.receive()["id"], client.receive()["id"]] == [5, 6]
    text = "long " * 10_000
    assert _say(client, text) == text


def test_a_last_line_without_its_end_is_answered(sample: StdioSample) -> None:
    client = sample.start()
    assert client.process.stdin
    os.write(client.process.stdin.fileno(), b'{"jsonrpc":"2.0","id":5,"method":"ping"}')
    client.close()
    assert client.rest() == [{"jsonrpc": "2.0", "id": 5, "result": {}}]


def test_what_tools_print_never_reaches_the_wire_and_never_waits_for_a_reader(sample: StdioSample) -> None:
    client = sample.start(stderr=subprocess.PIPE)
    assert client.call("print_out", {"lines": 5_000})["structuredContent"] == {"text": "''"}
    assert client.notifications == []
    assert _say(client, "still here") == "still here"


def test_a_host_that_never_reads_standard_error_cannot_freeze_the_server(sample: StdioSample) -> None:
    client = sample.start(stderr=subprocess.PIPE, LOG_LEVEL="DEBUG", MCP_DEBUG="1")
    for number in range(400):
        assert _say(client, str(number)) == str(number)
    assert client.stop(5) == 0


def test_a_cancelled_call_is_never_answered_and_does_not_hold_up_the_end(sample: StdioSample) -> None:
    client = sample.start()
    call = begin(client, "wait", seconds=60)
    client.notify("notifications/cancelled", {"requestId": call})
    assert _say(client, "still here") == "still here"
    assert client.stop(2.5) == 0
    assert sample.notes() == ["opened", "cancelled", "closed"]


def test_debugging_tells_the_outline_of_every_message_and_nothing_of_its_content(sample: StdioSample) -> None:
    client = sample.start(stderr=subprocess.PIPE, MCP_DEBUG="1")
    assert _say(client, "private words") == "private words"
    client.request("no/such/method")
    client.close()
    assert client.process.stderr
    lines = [json.loads(line) for line in client.process.stderr]
    told = [
        (line["direction"], line.get("method"), line.get("id"), line["has_result"], line["has_error"])
        for line in lines
        if line["logger"] == "mcp_chassis.protocol"
    ]
    assert told == [
        ("in", "initialize", 1, False, False),
        ("out", None, 1, True, False),
        ("in", "notifications/initialized", None, False, False),
        ("in", "tools/call", 2, False, False),
        ("out", None, 2, True, False),
        ("in", "no/such/method", 3, False, False),
        ("out", None, 3, False, True),
    ]
    assert "private words" not in json.dumps(lines)
    client.process.stderr.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are read from /proc")
def test_a_crash_would_leave_no_core_dump_with_credentials(sample: StdioSample) -> None:
    client = sample.start()
    limits = Path(f"/proc/{client.process.pid}/limits").read_text().splitlines()
    [core] = [line.split()[4:6] for line in limits if line.startswith("Max core file size")]
    assert core == ["0", "0"]
