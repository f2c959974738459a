"""Graceful shutdown and end of input over stdio (docs/reliability.md)."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stdio_sample import PROGRAM, StdioSample, begin

ENDINGS = ["eof", "SIGTERM", "SIGINT"]


def _answered(messages: list[dict[str, object]]) -> list[object]:
    return [message["id"] for message in messages if "result" in message]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_an_idle_server_ends_with_code_0_and_closes_its_connection(
    sample: StdioSample, ending: str, version: str
) -> None:
    client = sample.start(version)
    client.close() if ending == "eof" else client.process.send_signal(getattr(signal, ending))
    assert client.rest() == []
    assert client.stop(5) == 0
    assert sample.notes() == ["opened", "closed"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_twenty_calls_of_two_seconds_in_flight_are_all_answered(sample: StdioSample, ending: str) -> None:
    client = sample.start()
    begun = [begin(client, "wait", seconds=2) for _ in range(20)]
    client.close() if ending == "eof" else client.process.send_signal(getattr(signal, ending))
    assert sorted(_answered(client.rest())) == begun
    assert client.stop(5) == 0
    assert sample.notes() == ["opened", "closed"]


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT"])
def test_calls_that_were_sent_and_not_yet_read_are_answered_too(sample: StdioSample, ending: str) -> None:
    client = sample.start()
    client.process.send_signal(signal.SIGSTOP)
    sent = [client.begin("tools/call", {"name": "wait", "arguments": {"seconds": 0.2}}) for _ in range(20)]
    client.process.send_signal(getattr(signal, ending))
    client.process.send_signal(signal.SIGCONT)
    assert sorted(_answered(client.rest())) == sent
    assert client.stop(5) == 0


@pytest.mark.parametrize(("ending", "limit"), [("eof", 5.0), ("SIGTERM", 10.0)])
def test_a_call_of_a_minute_is_cancelled_and_the_server_ends_in_time(
    sample: StdioSample, ending: str, limit: float
) -> None:
    client = sample.start()
    begin(client, "wait", seconds=60)
    client.close() if ending == "eof" else client.process.send_signal(signal.SIGTERM)
    assert client.stop(limit) == 0
    assert sample.notes() == ["opened", "cancelled", "closed"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_call_that_does_not_let_go_cannot_keep_the_server(sample: StdioSample, ending: str) -> None:
    client = sample.start(SAMPLE_HURRIES="true")
    begin(client, "hold_on")
    client.close() if ending == "eof" else client.process.send_signal(getattr(signal, ending))
    assert client.process.wait(5) == 0


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_connection_that_never_closes_cannot_keep_the_server(sample: StdioSample, ending: str) -> None:
    client = sample.start(SAMPLE_HURRIES="true", SAMPLE_HANGS_AT_END="true")
    client.close() if ending == "eof" else client.process.send_signal(getattr(signal, ending))
    assert client.process.wait(5) == 0
    assert sample.notes() == ["opened"]


def test_a_thread_that_never_ends_cannot_keep_the_server(sample: StdioSample) -> None:
    client = sample.start(SAMPLE_HURRIES="true")
    client.call("leave_thread")
    assert client.stop(5) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="threads are signalled one by one on Linux")
def test_a_signal_that_another_thread_receives_ends_the_server_too(sample: StdioSample) -> None:
    client = sample.start()
    pid = client.process.pid
    others = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir() if int(task.name) != pid]
    assert ctypes.CDLL(None).tgkill(pid, others[0], signal.SIGTERM) == 0
    assert client.process.wait(5) == 0


def test_a_second_signal_ends_the_server_at_once(sample: StdioSample) -> None:
    client = sample.start()
    begin(client, "wait", seconds=60)
    client.process.send_signal(signal.SIGTERM)
    client.process.send_signal(signal.SIGINT)
    assert client.process.wait(5) in {128 + signal.SIGTERM, 128 + signal.SIGINT}
    assert "closed" not in sample.notes()


def test_a_signal_after_the_end_of_input_cancels_what_is_in_flight(sample: StdioSample) -> None:
    client = sample.start(stderr=subprocess.PIPE)
    begin(client, "wait", seconds=60)
    client.close()
    assert client.process.stderr
    while b"closed our input" not in client.process.stderr.readline():
        pass
    client.process.send_signal(signal.SIGTERM)
    assert client.process.wait(2.5) == 0
    assert sample.notes() == ["opened", "cancelled", "closed"]
    client.process.stderr.close()


def test_a_host_that_stops_listening_ends_the_server(sample: StdioSample) -> None:
    reading, writing = os.pipe()
    command = [sys.executable, str(PROGRAM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=writing, stderr=-3, env=sample.env()) as process:
        os.close(writing)
        os.close(reading)
        assert process.stdin
        process.stdin.write(REQUESTS)
        process.stdin.flush()
        assert process.wait(120) == 0
    assert sample.notes() == ["opened", "cancelled", "closed"]


REQUESTS = b"""\
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
"clientInfo":{"name":"file","version":"1"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"wait","arguments":{"seconds":0.3}}}
not json
[]
"""


def test_requests_from_a_file_are_answered_into_a_file(sample: StdioSample, tmp_path: Path) -> None:
    asked, answered = tmp_path / "asked", tmp_path / "answered"
    asked.write_bytes(REQUESTS)
    with asked.open("rb") as stdin, answered.open("wb") as stdout:
        command = [sys.executable, str(PROGRAM)]
        ended = subprocess.run(
            command, stdin=stdin, stdout=stdout, stderr=-3, env=sample.env(), timeout=120, check=False
        )
    answers = {answer["id"]: answer for answer in map(json.loads, answered.read_bytes().splitlines()) if answer["id"]}
    codes = [a["error"]["code"] for a in map(json.loads, answered.read_bytes().splitlines()) if "error" in a]
    assert ended.returncode == 0
    assert answers[2]["result"]["structuredContent"] == {"text": "waited"}
    assert codes == [-32700, -32600]
    assert sample.notes() == ["opened", "closed"]


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT"])
def test_a_server_in_a_terminal_ends_in_order_too(sample: StdioSample, ending: str) -> None:
    terminal, stdout = os.openpty()
    command = [sys.executable, str(PROGRAM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, stderr=-3, env=sample.env()) as process:
        os.close(stdout)
        assert process.stdin
        process.stdin.write(REQUESTS)
        process.stdin.flush()
        answers = os.read(terminal, 10_000)
        process.send_signal(getattr(signal, ending))
        while b"waited" not in answers:
            answers += os.read(terminal, 10_000)
        assert process.wait(5) == 0
    os.close(terminal)
    assert sample.notes() == ["opened", "closed"]


@pytest.mark.parametrize("closed", ["0<&-", "1>&-"])
def test_a_server_without_input_or_output_says_so(sample: StdioSample, closed: str) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f'"$0" "$1" {closed}', sys.executable, str(PROGRAM)],
        stdin=-3,
        capture_output=True,
        env=sample.env(),
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert json.loads(ended.stderr)["message"].startswith("Standard input and output must be open")
