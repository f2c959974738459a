"""Messages over the pipes of a real server, most of them wrong, and the count of what must be answered.

They go out in blocks, each closed by a request of the plainest kind, so that a server that has stopped answering is
noticed in the block where it did.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hostile_inputs import HOSTILE, hostile
from mcp_chassis.testing.raw import MODERN, RawClient

BLOCK = 25
PATIENCE = 60.0  # seconds until a silent server counts as dead
META = "io.modelcontextprotocol/"


@dataclass(frozen=True)
class Line:
    """What is written, in how many pieces, and who is answered.

    `answered` is the id under which exactly one answer must come; `refused` the one of a line that is no request, under
    which one refusal may come.
    """

    data: bytes
    answered: int | str | None = None
    refused: str | None = None
    pieces: int = 1


@dataclass
class Findings:
    """What one storm has shown."""

    sent: int = 0
    answered: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list[str])

    def add(self, other: "Findings") -> None:
        self.sent += other.sent
        self.answered += other.answered
        self.slowest = max(self.slowest, other.slowest)
        self.wrong += other.wrong


def storm(client: RawClient, tools: Sequence[Mapping[str, Any]], version: str, count: int, seed: int) -> Findings:
    """Send `count` messages; whoever is owed an answer is waited for.

    Args:
        client: started, its handshake done.
        tools: the server's, as listed.
        version: the protocol revision of the well-formed ones.
    """
    findings, lines = Findings(), messages(tools, version, seed)
    while findings.sent < count:
        block = [next(lines) for _ in range(min(BLOCK, count - findings.sent) - 1)]
        block.append(_request(Random(seed), version, f"end {findings.sent}", "tools/list", {}))
        began = time.perf_counter()
        try:
            findings.answered += _exchange(client, block, findings.wrong)
        except (EOFError, TimeoutError, BrokenPipeError) as exc:
            findings.wrong.append(f"{exc!r} in the block after message {findings.sent}")
            return findings
        findings.sent += len(block)
        findings.slowest = max(findings.slowest, time.perf_counter() - began)
    return findings


def _exchange(client: RawClient, block: Sequence[Line], wrong: list[str]) -> int:
    owed = Counter(line.answered for line in block if line.answered is not None)
    answered, refusable = owed.total(), {line.refused for line in block}
    for line in block:
        _write(client, line)
    while owed:
        message = client.receive(PATIENCE)
        identifier = message.get("id")
        if "method" in message or identifier is None:
            continue
        if owed[identifier]:
            owed -= Counter([identifier])
        elif identifier in refusable and "error" in message:
            refusable.remove(identifier)
        else:
            wrong.append(f"one answer too many: {str(message)[:300]}")
        wrong += _faults(message)
    return answered


def _write(client: RawClient, line: Line) -> None:
    if line.pieces == 1:
        client.send(line.data)
        return
    assert client.process.stdin is not None
    pipe, step = client.process.stdin.fileno(), max(1, len(line.data) // line.pieces)
    for start in range(0, len(line.data), step):
        os.write(pipe, line.data[start : start + step])
    client.send(b"")


def _faults(message: Mapping[str, Any]) -> Iterator[str]:
    """An answer that tells of a bug: an error of the server's own, a traceback, a class name."""
    shown = json.dumps(message)
    if any(word in shown for word in ("INTERNAL_ERROR", "Traceback", "pydantic", "input_value", ".py")):
        yield f"an answer that tells of a bug: {shown[:600]}"


def messages(tools: Sequence[Mapping[str, Any]], version: str, seed: int) -> Iterator[Line]:
    """Without end, the same for the same seed: two in five well-formed, the rest broken in every way known."""
    rng, number = Random(seed), 0
    calls = _calls(tools, rng)
    while True:
        number += 1
        kind = rng.choice(KINDS)
        yield kind(rng, version, number, calls)


def _calls(tools: Sequence[Mapping[str, Any]], rng: Random) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (tool["name"], arguments)
        for place, tool in enumerate(tools)
        for arguments in hostile(tool["inputSchema"], 200, seed=place)
    ]
    rng.shuffle(found)
    return found


Calls = Sequence[tuple[str, dict[str, Any]]]
Kind = Callable[[Random, str, int, Calls], Line]


def _request(rng: Random, version: str, identifier: int | str, method: str, params: Any) -> Line:
    if version == MODERN and isinstance(params, dict):
        told = {f"{META}protocolVersion": MODERN, f"{META}clientCapabilities": {}}
        params = {**params, "_meta": {f"{META}clientInfo": {"name": "storm", "version": "1"}, **told}}
    return _line({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}, identifier)


def _line(message: Mapping[str, Any], answered: int | str | None = None, refused: str | None = None) -> Line:
    return Line(json.dumps(message).encode(), answered, refused)


def _call(rng: Random, version: str, number: int, calls: Calls) -> Line:
    name, arguments = rng.choice(calls)
    return _request(rng, version, rng.choice((number, f"call {number}")), "tools/call", _call_params(name, arguments))


def _call_params(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def _other_request(rng: Random, version: str, number: int, calls: Calls) -> Line:
    method = rng.choice(METHODS)
    known = {"name": rng.choice(calls)[0], "uri": rng.choice(URIS), "cursor": rng.choice(HOSTILE), "level": "debug"}
    reference = rng.choice(({"type": "ref/prompt", "name": "plan_meeting"}, {"type": "ref/resource", "uri": URIS[0]}))
    known |= {"ref": reference, "argument": {"name": "city", "value": rng.choice(("", "Par", "x" * 50_000))}}
    params = rng.choice((known, {}, {name: rng.choice(HOSTILE) for name in known}, {"arguments": rng.choice(HOSTILE)}))
    return _request(rng, version, number, method, params)


def _wrong_envelope(rng: Random, version: str, number: int, calls: Calls) -> Line:
    """A request whose params or metadata are not what any era knows; it is still owed an answer."""
    name, arguments = rng.choice(calls)
    params = _call_params(name, arguments)
    meta = rng.choice(
        ({}, {f"{META}protocolVersion": "1999-01-01"}, {f"{META}protocolVersion": 7}, {"progressToken": []}, 7, None)
    )
    envelope = rng.choice((params | {"_meta": meta}, {"name": name}, {"name": 7}, {}))
    return _line({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": envelope}, number)


def _bad_params(rng: Random, version: str, number: int, calls: Calls) -> Line:
    """`params` that are no object make no request; whether an id can be told is the server's affair."""
    identifier = f"bad {number}"
    params = rng.choice((7, "x", [1]))
    return _line({"jsonrpc": "2.0", "id": identifier, "method": "tools/call", "params": params}, refused=identifier)


def _notification(rng: Random, version: str, number: int, calls: Calls) -> Line:
    """Out of order, unknown, or about requests that are not there."""
    params = rng.choice(({}, {"requestId": -number}, {"requestId": rng.choice(HOSTILE)}, {"progressToken": 1}, None))
    return _line({"jsonrpc": "2.0", "method": rng.choice(NOTIFICATIONS), "params": params or {}})


def _stray_answer(rng: Random, version: str, number: int, calls: Calls) -> Line:
    body = rng.choice(({"result": {}}, {"error": {"code": 1, "message": "x"}}, {"error": 7}, {"result": None}, {}))
    identifier = f"stray {number}"
    return _line({"jsonrpc": "2.0", "id": rng.choice((identifier, None, 1.5, [])), **body}, refused=identifier)


def _wrong_fields(rng: Random, version: str, number: int, calls: Calls) -> Line:
    identifier = f"wrong {number}"
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": identifier, "method": "ping"}
    message[rng.choice(("jsonrpc", "method"))] = rng.choice(HOSTILE)
    if rng.random() < 0.5:
        message["id"] = rng.choice((None, True, 1.5, {}, [], [1]))
        message["jsonrpc"] = "2.0"
    return _line(message, refused=identifier)


def _broken(rng: Random, version: str, number: int, calls: Calls) -> Line:
    """A line cut off, glued together, or with bytes changed; it can no longer be taken for a request."""
    whole = _call(rng, version, number, calls).data.replace(b'"id"', b'"di"')
    at = rng.randrange(1, len(whole))
    return Line(
        rng.choice((
            whole[:at],
            whole[at:],
            whole[:at] + rng.choice((b"\xff", b"\x00", b"\xc0\x80", b"\xed\xa0\x80", b"\x1b", b"}")) + whole[at:],
            whole + whole,
            b"[" + whole + b"," + whole + b"]",
            b"[]",
            b"\xef\xbb\xbf" + whole,
            whole.decode().encode("utf-16"),
            rng.randbytes(rng.randrange(200)),
        )).replace(b"\n", b"")
    )  # fmt: skip


def _deep(rng: Random, version: str, number: int, calls: Calls) -> Line:
    depth = rng.choice((100, 199, 500, 20_000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return Line(b'{"jsonrpc":"2.0","method":"x","params":{"a":' + opening * depth + b"1" + closing * depth + b"}}")


def _huge(rng: Random, version: str, number: int, calls: Calls) -> Line:
    if rng.random() < 0.9:
        return _call(rng, version, number, calls)
    return Line(
        b'{"jsonrpc":"2.0","method":"x","params":{"a":"' + b"x" * rng.choice((10**5, 3 * 10**6, 5 * 10**6)) + b'"}}'
    )


def _twice(rng: Random, version: str, number: int, calls: Calls) -> Line:
    """An id that was used before, answered or not: each request is owed its own answer."""
    name, arguments = rng.choice(calls)
    return _request(rng, version, rng.randrange(1, number + 1), "tools/call", _call_params(name, arguments))


def _in_pieces(rng: Random, version: str, number: int, calls: Calls) -> Line:
    line = _call(rng, version, number, calls)
    return Line(line.data, line.answered, pieces=rng.randrange(2, 6))


METHODS = (
    "ping", "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read", "prompts/get",
    "completion/complete", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "server/discover",
    "no/such/method", "tools/callx", "", "__class__", "initialize", "rpc.discover", "x" * 5_000,
)  # fmt: skip
NOTIFICATIONS = (
    "notifications/initialized", "notifications/cancelled", "notifications/progress", "notifications/message",
    "notifications/roots/list_changed", "notifications/x", "tools/call", "",
)  # fmt: skip
URIS = (
    "tz://zones/{area}/{city}", "tz://zones", "tz://zones/Europe/Paris", "tz://zones/../etc", "tz://zones/%2e%2e/x",
    "server://diagnostics", "file:///etc/passwd", "", "x", "tz://zones/" + "a" * 5_000,
)  # fmt: skip
KINDS: Sequence[Kind] = (
    *[_call] * 6, _other_request, _other_request, _wrong_envelope, _twice, _in_pieces, _huge, _notification,
    _notification, _stray_answer, _wrong_fields, _bad_params, _broken, _broken, _broken, _broken, _deep,
)  # fmt: skip
