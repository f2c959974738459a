"""Checks of the messages that the front responds to: which lines are taken, and which are left to the full server."""

import json
from typing import Any

import pytest
from mcp_chassis.stdio.front import messages

META = messages.META
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def line(**changes: Any) -> bytes:
    return json.dumps({**PING, **changes}).encode()


TAKEN = {
    "a request": line(),
    "a notification": b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
    "parameters": line(params={"a": 1}),
    "a text as id": line(id="host-1 [x] ~"),
    "an id of 200 characters": line(id="x" * 200),
    "an empty id": line(id=""),
    "the largest id": line(id=2**53),
    "the smallest id": line(id=-(2**53)),
    "65536 bytes": line().ljust(65_536),
}
LEFT = {
    "65537 bytes": line().ljust(65_537),
    "an escape": line(params={"a": "\u00fc"}),
    "bytes that are not UTF-8": b'{"jsonrpc":"2.0","id":1,"method":"\xff"}',
    "not JSON": b"{",
    "a list": b"[]",
    "another version": line(jsonrpc="1.0"),
    "no version": b'{"id":1,"method":"ping"}',
    "an unknown member": line(more=1),
    "no method": b'{"jsonrpc":"2.0","id":1}',
    "a method of another type": line(method=1),
    "parameters in a list": line(params=[]),
    "no parameters": line(params=None),
    "an id of 201 characters": line(id="x" * 201),
    "an id with a quote": line(id='"'),
    "an id with a backslash": line(id="\\"),
    "an id with a line end": line(id="\n"),
    "an id beyond the largest": line(id=2**53 + 1),
    "an id beyond the smallest": line(id=-(2**53) - 1),
    "a fraction as id": line(id=1.5),
    "true as id": line(id=True),
    "null as id": line(id=None),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_a_plain_line_is_parsed(kind: str) -> None:
    assert messages.parse(TAKEN[kind]) == json.loads(TAKEN[kind])


@pytest.mark.parametrize("kind", LEFT)
def test_an_unusual_line_is_left_to_the_full_server(kind: str) -> None:
    assert messages.parse(LEFT[kind]) is None


def test_exactly_two_hundred_brackets_are_taken_and_one_more_is_not() -> None:
    def nested(brackets: int) -> bytes:
        return b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[%b]}}' % b",".join([b"[]"] * (brackets - 3))

    assert nested(200).count(b"[") + nested(200).count(b"{") == 200
    assert messages.parse(nested(200)) is not None
    assert messages.parse(nested(201)) is None


@pytest.mark.parametrize(
    ("params", "plain"),
    [
        ({}, True),
        ({"_meta": {}}, True),
        ({"_meta": {"progressToken": "t", "other": 1}}, True),
        ({"_meta": {"progressToken": 1.5}}, False),
        ({"_meta": {"progressToken": None}}, False),
        ({"_meta": {f"{META}protocolVersion": "2026-07-28"}}, False),
        ({"_meta": []}, False),
        ({"_meta": None}, False),
        ({"cursor": "x"}, False),
    ],
)
def test_parameters_without_an_effect_are_plain(params: dict[str, Any], plain: bool) -> None:
    assert messages.is_plain(params) is plain


@pytest.mark.parametrize("level", ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"])
def test_each_level_of_the_protocol_is_one(level: str) -> None:
    assert messages.is_level({"level": level})
    assert messages.is_level({"level": level, "_meta": {}})


@pytest.mark.parametrize(
    "params",
    [{}, {"level": "loud"}, {"level": 5}, {"level": []}, {"level": "info", "x": 1}, {"level": "info", "_meta": 1}],
)
def test_other_parameters_of_a_level_are_left_to_the_full_server(params: dict[str, Any]) -> None:
    assert not messages.is_level(params)


@pytest.mark.parametrize(
    ("params", "known"),
    [
        ({"requestId": 1}, True),
        ({"requestId": "one", "reason": "late"}, True),
        ({}, False),
        ({"requestId": None}, False),
        ({"requestId": 1.5}, False),
        ({"requestId": 1, "reason": 5}, False),
        ({"requestId": 1, "reason": None}, False),
        ({"requestId": 1, "_meta": {}}, False),
    ],
)
def test_a_cancellation_names_a_request(params: dict[str, Any], known: bool) -> None:
    assert messages.is_cancellation(params) is known


VERSION, CAPABILITIES = f"{META}protocolVersion", f"{META}clientCapabilities"
ENVELOPE: dict[str, Any] = {VERSION: "2026-07-28", CAPABILITIES: {}}
CLIENT = {"name": "host", "version": "1"}


@pytest.mark.parametrize(
    "meta",
    [
        ENVELOPE,
        {**ENVELOPE, f"{META}clientInfo": CLIENT},
        {**ENVELOPE, f"{META}logLevel": "info", "progressToken": 1, "traceparent": "x"},
    ],
)
def test_a_well_formed_envelope_is_served(meta: dict[str, Any]) -> None:
    assert messages.is_enveloped({"_meta": meta})
    assert messages.revision({"_meta": meta}) == "2026-07-28"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"_meta": None},
        {"_meta": []},
        {"_meta": {}},
        {"_meta": {VERSION: "2026-07-28"}},
        {"_meta": {CAPABILITIES: {}}},
        {"_meta": {**ENVELOPE, VERSION: 5}},
        {"_meta": {**ENVELOPE, CAPABILITIES: []}},
        {"_meta": {**ENVELOPE, f"{META}clientInfo": {}}},
        {"_meta": {**ENVELOPE, f"{META}logLevel": "loud"}},
        {"_meta": {**ENVELOPE, f"{META}logLevel": 5}},
        {"_meta": {**ENVELOPE, f"{META}logLevel": []}},
        {"_meta": {**ENVELOPE, f"{META}unknown": 1}},
        {"_meta": {**ENVELOPE, "progressToken": 1.5}},
        {"_meta": ENVELOPE, "cursor": "x"},
    ],
)
def test_another_envelope_is_left_to_the_full_server(params: dict[str, Any]) -> None:
    assert not messages.is_enveloped(params)


def has_handshake(**changes: Any) -> bool:
    return messages.is_handshake({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT, **changes})


@pytest.mark.parametrize(
    "capabilities",
    [
        {},
        {"unknown": 5},
        {"roots": {}},
        {"roots": {"listChanged": True, "more": 1}},
        {"sampling": {"tools": {}}, "elicitation": {"form": {}, "url": {}}},
        {"experimental": {"x": {}}, "extensions": {"x": {"y": 1}}},
        {"tasks": {"requests": {"tools": {"call": {}}}}},
    ],
)
def test_capabilities_of_known_types_are_served(capabilities: dict[str, Any]) -> None:
    assert has_handshake(capabilities=capabilities)


@pytest.mark.parametrize(
    "capabilities",
    [
        None,
        [],
        {"roots": None},
        {"roots": {"listChanged": 1}},
        {"tasks": None},
        {"tasks": {"requests": True}},
        {"tasks": {"requests": {"tools": {"call": 1}}}},
        *(
            {name: value}
            for name in ("sampling", "elicitation", "experimental", "extensions")
            for value in (None, [], {"x": 1})
        ),
    ],
)
def test_capabilities_of_other_types_are_left_to_the_full_server(capabilities: Any) -> None:
    assert not has_handshake(capabilities=capabilities)


@pytest.mark.parametrize(
    "changes",
    [{"protocolVersion": 5}, {"more": 1}, {"_meta": []}, {"_meta": {"progressToken": None}}, {"_meta": {VERSION: "x"}}],
)
def test_another_handshake_is_left_to_the_full_server(changes: dict[str, Any]) -> None:
    assert has_handshake(_meta={"progressToken": 1})
    assert not has_handshake(**changes)
