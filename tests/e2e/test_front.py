"""A server started with a record: what it answers, what it does not load, and how it hands over and ends."""

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forked import ForkedProcess
from mcp_chassis.stdio.front.record import folder
from mcp_chassis.stdio.recording import CLOCK_TICK_NS
from mcp_chassis.testing.raw import MODERN, RawClient, without_path
from servers import ROOT, module, servers
from stdio_sample import StdioSample, begin
from volume import in_volume, volume

LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"]
LISTS_ITS_FILES = {"files-server"}
"""Servers whose list of resources changes while they live, so that no record holds it and it loads the server."""
SDK = "pydantic_core"
REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", MODERN]
STARTS = volume(300)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="what a process has loaded is read from /proc")


class FrontSample(StdioSample):
    """The sample server, started as a console script starts one."""

    command = (sys.executable, str(Path(__file__).parents[1] / "support" / "front_server.py"))
    client = RawClient


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a first start: its `.env` file, its notes, and the record that it has written."""
    folder = tmp_path_factory.mktemp("first start")
    start_first(folder)
    return folder


def start_first(folder: Path) -> None:
    (folder / "env").touch()
    await_age(folder / "env")
    with pytest.MonkeyPatch.context() as environment:
        sample = sample_in(folder, folder / "cache", environment)
        await_record(sample.start(), folder / "cache")


def sample_in(folder: Path, cache: Path, environment: pytest.MonkeyPatch) -> FrontSample:
    environment.setenv("XDG_CACHE_HOME", str(cache))
    environment.setenv("TOOLROLL_ENV_FILE", str(folder / "env"))
    return FrontSample(folder / "notes")


@pytest.fixture
def recorded(first_start: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontSample]:
    """The sample server after its first start, with a copy of the record for this test alone."""
    shutil.copytree(first_start / "cache", cache)
    (first_start / "notes").write_text("")
    sample = sample_in(first_start, cache, monkeypatch)
    yield sample
    sample.end()


@pytest.fixture
def recorded_here(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontSample]:
    """The same after a first start of its own, whose `.env` file the test may edit."""
    start_first(tmp_path)
    sample = sample_in(tmp_path, cache, monkeypatch)
    yield sample
    sample.end()


def await_record(client: RawClient, cache: Path) -> None:
    """Keep the connection of a first start until its record is there; then end it."""
    before = len(records(cache))
    for _ in range(5_000):
        if len(records(cache)) > before:
            break
        client.list()
    assert len(records(cache)) == before + 1
    assert client.stop() == 0


def await_age(*files: Path) -> None:
    """Wait until files are older than a tick of the clock: what is younger counts as changed while a start began."""
    while any(time.time_ns() - file.stat().st_ctime_ns <= CLOCK_TICK_NS for file in files):
        pass


def records(cache: Path) -> list[Path]:
    return sorted((cache / "toolroll" / "front").glob("[!.]*"))


def has_loaded(client: RawClient) -> bool:
    """Whether the process has loaded the SDK's models."""
    return SDK in Path(f"/proc/{client.process.pid}/maps").read_text()


@on_linux
@pytest.mark.parametrize("name", servers())
def test_every_server_answers_from_a_record_byte_for_byte_what_it_answers_itself(
    name: str, tmp_path: Path, cache: Path
) -> None:
    (tmp_path / "env").touch()
    environment = without_path(
        MCP_IDEMPOTENCY_STORE="memory", TOOLROLL_ENV_FILE=str(tmp_path / "env"), XDG_CACHE_HOME=str(cache)
    )
    command = [sys.executable, "-m", module(name)]
    await_age(tmp_path / "env")
    first = RawClient(command, env=environment).start()
    first.initialize()
    await_record(first, cache)
    for revision in REVISIONS:
        by_record, loaded = said(started(command, environment), revision)
        without_front = environment | {"MCP_FRONT": "off"}
        by_server, _ = said(ForkedProcess([module(name)], without_front), revision)
        assert by_record == by_server, revision
        assert loaded == (name in LISTS_ITS_FILES), revision


def started(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )


def said(process: subprocess.Popen[bytes] | ForkedProcess, revision: str) -> tuple[list[bytes], bool]:
    """The lines of the answers to all that a host may ask at first, sorted; and whether the SDK was loaded."""
    envelope = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    hello = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    asked: list[dict[str, Any]] = [
        {"id": 0, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        *({"id": method, "method": method, "params": {}} for method in LISTS),
        {"id": 8, "method": "ping"},
        {"id": 9, "method": "logging/setLevel", "params": {"level": "info"}},
    ]
    if revision == MODERN:
        asked = [{"id": m, "method": m, "params": {"_meta": envelope}} for m in ["server/discover", *LISTS]]
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"".join(json.dumps({"jsonrpc": "2.0", **each}).encode() + b"\n" for each in asked))
    process.stdin.flush()
    answers = [process.stdout.readline() for each in asked if "id" in each]
    loaded = SDK in Path(f"/proc/{process.pid}/maps").read_text()
    process.stdin.close()
    with process.stdout:
        assert (process.stdout.read(), process.wait()) == (b"", 0)
    return sorted(answers), loaded


@on_linux
def test_a_bridge_that_was_edited_is_listed_anew(tmp_path: Path, cache: Path) -> None:
    bridge = tmp_path / "bridge.toml"
    bridge.write_text((ROOT / "examples" / "web-search" / "bridge.toml").read_text())
    (tmp_path / "env").touch()
    environment = without_path(TOOLROLL_ENV_FILE=str(tmp_path / "env"), XDG_CACHE_HOME=str(cache))
    command = [sys.executable, "-m", "rest_mcp", "--bridge", str(bridge)]
    await_age(bridge, tmp_path / "env")
    first = RawClient(command, env=environment).start()
    first.initialize()
    await_record(first, cache)
    with RawClient(command, env=environment) as client:
        client.initialize()
        assert [tool["name"] for tool in client.list()] == ["web_search"]
        assert not has_loaded(client)
    bridge.write_text(bridge.read_text().replace('name = "web_search"', 'name = "web_sifter"'))
    with RawClient(command, env=environment) as client:
        client.initialize()
        assert [tool["name"] for tool in client.list()] == ["web_sifter"]


@on_linux
@pytest.mark.parametrize("revision", ["2024-11-05", "2025-11-25", MODERN])
def test_the_first_call_loads_the_server_and_goes_on_with_the_same_connection(
    recorded: FrontSample, revision: str
) -> None:
    client = recorded.start(revision)
    assert client.list()
    assert not has_loaded(client)
    assert recorded.notes() == []
    assert client.call("say", {"text": "served"})["structuredContent"] == {"text": "served"}
    assert has_loaded(client)
    assert client.list()
    assert client.notifications == []
    assert client.stop() == 0
    assert recorded.notes() == ["opened", "closed"]


def test_what_was_sent_while_the_server_loaded_is_answered_in_full_and_once(recorded: FrontSample) -> None:
    client = recorded.start()
    sent = [client.begin("tools/call", {"name": "say", "arguments": {"text": str(n)}}) for n in range(200)]
    sent += [client.begin("tools/list") for _ in range(20)]
    client.close()
    assert sorted(answer["id"] for answer in client.rest()) == sorted(sent)
    assert client.stop() == 0


def test_a_message_in_pieces_and_a_last_line_without_its_end_survive_the_handover(recorded: FrontSample) -> None:
    client = recorded.start()
    assert client.process.stdin
    pipe = client.process.stdin.fileno()
    call = {
        "jsonrpc": "2.0",
        "id": "whole",
        "method": "tools/call",
        "params": {"name": "say", "arguments": {"text": "a"}},
    }
    line = json.dumps(call).encode()
    os.write(pipe, line[:30])
    os.write(pipe, line[30:] + b"\n" + line.replace(b"whole", b"piece")[:40])
    assert client.receive()["id"] == "whole"
    os.write(pipe, line.replace(b"whole", b"piece")[40:] + b"\n" + line.replace(b"whole", b"last"))
    client.close()
    assert [answer["id"] for answer in client.rest()] == ["piece", "last"]
    assert client.stop() == 0


def test_a_message_longer_than_the_front_takes_is_answered_by_the_server(recorded: FrontSample) -> None:
    client = recorded.start()
    answer = client.call("say", {"text": "long " * 40_000})
    assert answer["structuredContent"]["text"].startswith("long long")
    assert client.stop() == 0


@pytest.mark.parametrize("line", [b"not json", b"[]", b'{"jsonrpc":"2.0","id":5,"method":"no/such"}'])
def test_what_is_no_request_of_the_handshake_is_answered_by_the_server(recorded: FrontSample, line: bytes) -> None:
    client = recorded.start()
    client.send(line)
    assert client.receive()["error"]["code"] in {-32700, -32600, -32601}
    assert client.list()
    assert client.stop() == 0


def test_the_level_of_log_messages_set_before_the_server_is_loaded_holds(recorded: FrontSample) -> None:
    client = recorded.start()
    client.request("logging/setLevel", {"level": "info"})
    client.call("report_wait", {"text": "a while"})
    assert [each["params"]["data"] for each in client.notifications] == ["a while"]


def test_a_host_that_falls_back_after_a_probe_is_served_in_the_older_era(recorded: FrontSample) -> None:
    client = recorded.start(MODERN)
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    client.send({"jsonrpc": "2.0", "id": 200, "method": "initialize", "params": hello})
    assert client.receive()["result"]["protocolVersion"] == "2025-11-25"
    client.send(
        {"jsonrpc": "2.0", "id": 201, "method": "tools/call", "params": {"name": "say", "arguments": {"text": "x"}}}
    )
    assert client.receive()["result"]["structuredContent"] == {"text": "x"}
    assert client.stop() == 0


def test_initialize_after_another_request_of_the_newer_era_is_refused(recorded: FrontSample) -> None:
    client = recorded.start(MODERN)
    client.list()
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    client.send({"jsonrpc": "2.0", "id": 200, "method": "initialize", "params": hello})
    assert client.receive()["error"]["code"] == -32022
    assert client.stop() == 0


@pytest.mark.parametrize("ending", ["eof", "SIGTERM", "SIGINT"])
@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_a_server_that_was_never_used_ends_with_code_0(recorded: FrontSample, ending: str, revision: str) -> None:
    client = recorded.start(revision)
    client.close() if ending == "eof" else client.process.send_signal(getattr(signal, ending))
    assert client.rest() == []
    assert client.stop() == 0
    assert recorded.notes() == []


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT"])
def test_calls_sent_before_a_signal_are_answered_though_the_server_was_not_loaded(
    recorded: FrontSample, ending: str
) -> None:
    client = recorded.start()
    client.process.send_signal(signal.SIGSTOP)
    sent = [client.begin("tools/call", {"name": "wait", "arguments": {"seconds": 0.1}}) for _ in range(20)]
    client.process.send_signal(getattr(signal, ending))
    client.process.send_signal(signal.SIGCONT)
    assert sorted(answer["id"] for answer in client.rest() if "result" in answer) == sent
    assert client.stop() == 0
    assert recorded.notes() == ["opened", "closed"]


def test_a_second_signal_ends_a_server_that_loads_at_once(recorded: FrontSample) -> None:
    client = recorded.start()
    begin(client, "wait", seconds=60)
    client.process.send_signal(signal.SIGTERM)
    client.process.send_signal(signal.SIGINT)
    assert client.process.wait(120) in {128 + signal.SIGTERM, 128 + signal.SIGINT}


def test_a_host_that_reads_late_holds_up_the_reading_and_gets_every_answer(recorded: FrontSample) -> None:
    client = recorded.start()
    assert client.process.stdin
    pipe = client.process.stdin.fileno()
    ids = range(100, 5_100)
    requests = [{"jsonrpc": "2.0", "id": number, "method": "tools/list"} for number in ids]
    unsent = memoryview(b"".join(json.dumps(request).encode() + b"\n" for request in requests))
    client.pause()
    os.set_blocking(pipe, False)
    while unsent and select.select([], [pipe], [], 2.0)[1]:
        unsent = unsent[os.write(pipe, unsent) :]
    assert unsent, "the front took in everything though nobody read its answers"
    os.set_blocking(pipe, True)
    rest = threading.Thread(target=client.process.stdin.write, args=(unsent,))
    rest.start()
    client.resume()
    assert [client.receive()["id"] for _ in ids] == list(ids)
    rest.join(120)
    assert client.stop() == 0
    assert recorded.notes() == []


def test_a_host_that_stops_listening_ends_the_server(recorded: FrontSample) -> None:
    reading, writing = os.pipe()
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}).encode() + b"\n"
    with subprocess.Popen(
        recorded.command, stdin=subprocess.PIPE, stdout=writing, stderr=-3, env=recorded.env()
    ) as process:
        os.close(writing)
        os.close(reading)
        assert process.stdin
        process.stdin.write(request)
        process.stdin.flush()
        assert process.wait(120) == 0


@on_linux
def test_a_warm_up_loads_the_server_without_being_used(recorded: FrontSample, cache: Path) -> None:
    await_record(recorded.start(MCP_WARM_UP="0.1"), cache)
    client = recorded.start(MCP_WARM_UP="0.1")
    assert client.list()
    while recorded.notes().count("opened") < 2:
        assert client.process.poll() is None
    assert has_loaded(client)
    assert client.call("say", {"text": "warm"})["structuredContent"] == {"text": "warm"}
    assert client.stop() == 0


@on_linux
@pytest.mark.parametrize("variables", [{"MCP_FRONT": "off"}, {"MCP_DEBUG": "1"}])
def test_the_front_can_be_turned_off_and_is_off_while_debugging(
    recorded: FrontSample, cache: Path, variables: dict[str, str]
) -> None:
    for _ in range(2):
        client = recorded.start(**variables)
        assert has_loaded(client)
        assert client.stop() == 0
    assert len(records(cache)) == 1


def test_a_change_of_code_between_the_handshake_and_the_first_call_is_told_in_the_log(
    recorded_here: FrontSample, tmp_path: Path
) -> None:
    client = recorded_here.start(stderr=subprocess.PIPE)
    (tmp_path / "env").write_text("# edited\n")
    assert client.call("say", {"text": "x"})["structuredContent"] == {"text": "x"}
    client.close()
    assert client.process.stderr
    assert "reconnect for new lists" in client.process.stderr.read().decode()
    client.process.stderr.close()


@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_settings_that_broke_after_the_handshake_are_told_to_whoever_waits(
    recorded_here: FrontSample, tmp_path: Path, revision: str
) -> None:
    client = recorded_here.start(revision, stderr=subprocess.PIPE)
    (tmp_path / "env").write_text("SAMPLE_READ_ONLY=perhaps\n")
    answer = client.request("tools/call", {"name": "say", "arguments": {"text": "x"}})
    assert answer["error"]["code"] == -32603
    assert "SAMPLE_READ_ONLY" in answer["error"]["message"]
    assert client.stop() == 2
    assert client.process.stderr
    assert b"cannot start:\nSAMPLE_READ_ONLY" in client.process.stderr.read()
    client.process.stderr.close()


Tampering = Callable[[Path], object]
TAMPERINGS: dict[str, Tampering] = {
    "a changed word": lambda path: path.write_bytes(path.read_bytes().replace(b"Say it back", b"Do it again")),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "readable by others": lambda path: path.chmod(0o644),
    "writable by others": lambda path: path.chmod(0o622),
    "its folder open to others": lambda path: path.parent.chmod(0o755),
    "behind a link": lambda path: path.symlink_to(path.rename(path.parent.parent / "elsewhere")),
    "empty": lambda path: path.write_bytes(b""),
    "no record": lambda path: path.write_bytes(b"x\ny\n"),
}


@on_linux
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_record_that_was_tampered_with_is_not_used(recorded: FrontSample, cache: Path, tampering: str) -> None:
    TAMPERINGS[tampering](records(cache)[0])
    client = recorded.start()
    assert has_loaded(client)
    assert client.list()[0]["description"] == "Say it back."
    assert client.stop() == 0


def test_records_are_in_the_users_cache_folder_and_theirs_alone(recorded: FrontSample, cache: Path) -> None:
    assert folder({"XDG_CACHE_HOME": str(cache)}) == str(cache / "toolroll" / "front")
    assert {path.stat().st_mode & 0o777 for path in records(cache)} == {0o600}
    assert records(cache)[0].parent.stat().st_mode & 0o777 == 0o700


@in_volume
def test_starts_that_end_at_random_moments_lose_nothing(recorded: FrontSample) -> None:
    chance = random.Random(2026)
    wrong = [fault for number in range(STARTS) if (fault := fault_of_start(recorded, chance, number))]
    assert wrong == []


def fault_of_start(recorded: FrontSample, chance: random.Random, number: int) -> str:
    """What is wrong with one connection that ends somewhere; empty where nothing is.

    Whatever was sent before the end of input or a signal is answered once, except for what was cancelled.
    """
    ending = chance.choice(["eof", "SIGTERM", "SIGINT", "SIGKILL"])
    client = recorded.start(chance.choice(["2025-11-25", MODERN]))
    sent: list[int] = []
    cancelled: list[int] = []
    received: list[dict[str, Any]] = []
    for _ in range(chance.randrange(6)):
        action = chance.choice(["list", "list", "call", "cancel", "wait for an answer"])
        if action == "list":
            sent.append(client.begin("tools/list"))
        elif action == "call":
            sent.append(client.begin("tools/call", {"name": "say", "arguments": {"text": "x"}}))
        elif action == "cancel" and sent:
            cancelled.append(sent[-1])
            client.notify("notifications/cancelled", {"requestId": sent[-1]})
        elif action == "wait for an answer" and len(received) < len(sent) - len(cancelled):
            received.append(client.receive())
    client.close() if ending == "eof" else client.process.send_signal(getattr(signal, ending))
    received += client.rest()
    code = client.stop(30)
    ids = [each["id"] for each in received]
    lost = set(sent) - set(ids) - set(cancelled)
    expected = -signal.SIGKILL if ending == "SIGKILL" else 0
    if code != expected or len(ids) != len(set(ids)) or (lost and ending != "SIGKILL"):
        return f"start {number}: {ending}, code {code}, sent {sent}, cancelled {cancelled}, answered {ids}"
    return ""
