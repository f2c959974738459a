"""The front and the full server answer any sequence of messages alike."""

import json
from collections import Counter
from typing import Any

import pytest
from front_pair import through_front, through_full_server
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.stdio.front.messages import is_handshake, parse
from mcp_chassis.stdio.recording import answers_of
from mcp_types import InitializeRequestParams
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from sample_server import SAMPLE
from volume import in_volume, volume

MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"]
CLIENT = {"name": "host", "version": "1"}
SETTINGS = SAMPLE.settings.load({"MCP_IDEMPOTENCY_STORE": "memory"})
DISPATCH = Dispatch(SAMPLE, SETTINGS)

identifiers = st.one_of(
    st.integers(1, 5), st.sampled_from(["a", "b c", "", "ä", 'q"', 0, -1, 2**60, 1.0, 1.5, None, True, [], {}])
)
capabilities = st.sampled_from(
    [
        {},
        {"roots": {"listChanged": True}, "sampling": {}, "elicitation": {"form": {}, "url": {}}},
        {"experimental": {"x": {"y": [1, None, "z"]}}, "extensions": {"io.example/e": {}}, "future": 5},
        {"tasks": {"list": {}, "requests": {"sampling": {"createMessage": {}}}}},
        {"roots": []},
        {"roots": {"listChanged": "yes"}},
        {"sampling": None},
        {"sampling": {"tools": 1}},
        {"experimental": {"x": 1}},
        {"tasks": {"list": True}},
        [],
        None,
    ]
)
clients = st.sampled_from(
    [
        CLIENT,
        {**CLIENT, "title": "T", "websiteUrl": "https://example.com", "extra": 1},
        {**CLIENT, "icons": [{"src": "data:,", "mimeType": "image/png"}]},
        {**CLIENT, "icons": [{"src": 5}]},
        {**CLIENT, "icons": [{"src": "data:,", "sizes": 5}]},
        {**CLIENT, "icons": {}},
        {"name": "host"},
        {**CLIENT, "title": 5},
        {**CLIENT, "title": None},
        None,
    ]
)
metas = st.sampled_from(
    [{}, {"progressToken": 1}, {"progressToken": "t"}, {"progressToken": None}, {"x": [1]}, None, 5]
)
envelopes = st.fixed_dictionaries(
    {f"{PREFIX}protocolVersion": st.sampled_from([MODERN, MODERN, MODERN, "2025-11-25", "2099-01-01", 5])},
    optional={
        f"{PREFIX}clientCapabilities": capabilities,
        f"{PREFIX}clientInfo": clients,
        f"{PREFIX}logLevel": st.sampled_from(["debug", "error", "loud", None]),
        f"{PREFIX}other": st.just(1),
        "progressToken": st.sampled_from([1, "t", None]),
    },
)
good_envelope = {f"{PREFIX}protocolVersion": MODERN, f"{PREFIX}clientCapabilities": {}, f"{PREFIX}clientInfo": CLIENT}
plain = st.one_of(st.none(), st.just({}), st.fixed_dictionaries({"_meta": metas}), st.just({"cursor": None}))
modern = st.one_of(
    st.just({"_meta": good_envelope}), st.fixed_dictionaries({"_meta": envelopes}, optional={"cursor": st.just("x")})
)
either = st.one_of(plain, modern)


def request(methods: Any, params: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda method, identifier, params: {
            "jsonrpc": "2.0",
            "id": identifier,
            "method": method,
            **({} if params is None else {"params": params}),
        },
        methods,
        identifiers,
        params,
    )


def notification(method: str, params: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda params: {"jsonrpc": "2.0", "method": method, **({} if params is None else {"params": params})}, params
    )


handshakes = request(
    st.just("initialize"),
    st.fixed_dictionaries(
        {
            "protocolVersion": st.sampled_from([*HANDSHAKE_PROTOCOL_VERSIONS, "2025-11-25", "1999-01-01", 5]),
            "capabilities": capabilities,
            "clientInfo": clients,
        },
        optional={"_meta": metas, "more": st.just(1)},
    ),
)
good_handshakes = st.sampled_from(HANDSHAKE_PROTOCOL_VERSIONS).map(
    lambda version: {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT},
    }
)
calls = request(
    st.just("tools/call"),
    st.sampled_from(
        [
            {"name": "echo", "arguments": {"text": "x"}},
            {"name": "none"},
            {"name": "echo", "arguments": {"text": "x"}, "_meta": good_envelope},
        ]
    ),
)
messages = st.one_of(
    good_handshakes,
    request(st.sampled_from(LISTS), either),
    request(st.sampled_from(["ping", "server/discover", "no/such", "resources/subscribe"]), either),
    request(st.just("logging/setLevel"), st.sampled_from([{"level": "info"}, {"level": "loud"}, {}, None])),
    handshakes,
    calls,
    notification("notifications/initialized", plain),
    notification("notifications/cancelled", st.sampled_from([{"requestId": 1}, {"requestId": "a", "reason": "r"}, {}])),
    notification("notifications/roots/list_changed", plain),
    st.sampled_from([{"jsonrpc": "2.0", "id": 1, "result": {}}, {"jsonrpc": "1.0", "id": 1, "method": "ping"}]),
)
lines = st.one_of(
    messages.map(lambda message: json.dumps(message).encode()),
    messages.map(lambda message: json.dumps({**message, "extra": 1}, ensure_ascii=False).encode()),
    st.sampled_from([b"[]", b"{", b"null", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"x":NaN}}}']),
    messages.map(lambda message: json.dumps(message).encode().replace(b"host", b"\\u0068ost")),
)
older = st.tuples(good_handshakes.map(lambda message: json.dumps(message).encode()), st.lists(lines, max_size=8)).map(
    lambda parts: [parts[0], *parts[1]]
)
sequences = st.one_of(older, st.lists(lines, min_size=1, max_size=8))


@in_volume
@pytest.mark.anyio
@settings(max_examples=volume(2_000))
@given(sequence=sequences)
async def test_any_sequence_of_messages_gets_the_responses_of_the_full_server(sequence: list[bytes]) -> None:
    answers = await recorded()
    expected = await through_full_server(DISPATCH, sequence)
    written, _ = await through_front(DISPATCH, answers, sequence)
    assert Counter(written) == Counter(expected)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_line_with_a_number_that_is_not_json_is_left_to_the_full_server(constant: bytes) -> None:
    assert parse(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"x":1}}}') is not None
    assert parse(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"x":%b}}}' % constant) is None


async def test_messages_of_known_hosts_before_the_first_use_are_served_by_the_front() -> None:
    answers = await recorded()
    for version in HANDSHAKE_PROTOCOL_VERSIONS:
        opening = [
            {
                "id": 0,
                "method": "initialize",
                "params": {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT},
            },
            {"method": "notifications/initialized"},
            *({"id": method, "method": method} for method in [*LISTS, "ping"]),
            {"id": 9, "method": "logging/setLevel", "params": {"level": "info"}},
            {"method": "notifications/cancelled", "params": {"requestId": 9}},
            {"method": "notifications/roots/list_changed"},
        ]
        await _taken_by_front(answers, opening)
    probe = [
        {"id": method, "method": method, "params": {"_meta": good_envelope}} for method in ["server/discover", *LISTS]
    ]
    await _taken_by_front(answers, probe)
    fallback = {
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT},
    }
    await _taken_by_front(answers, [probe[0], fallback, {"id": 2, "method": "tools/list"}])


async def _taken_by_front(answers: dict[str, dict[str, bytes]], opening: list[dict[str, Any]]) -> None:
    sequence = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in opening]
    written, taken = await through_front(DISPATCH, answers, sequence)
    assert taken == len(sequence)
    assert Counter(written) == Counter(await through_full_server(DISPATCH, sequence))


_recorded: dict[str, dict[str, bytes]] = {}


async def recorded() -> dict[str, dict[str, bytes]]:
    if not _recorded:
        _recorded.update(await answers_of(SAMPLE, SETTINGS))
    return _recorded


KNOWN_CLIENTS: list[Any] = [
    CLIENT,
    {**CLIENT, "title": "T", "description": "D", "websiteUrl": "https://example.com", "extra": 1},
    {**CLIENT, "icons": []},
    {**CLIENT, "icons": [{"src": "data:,"}, {"src": "data:,", "mimeType": "image/png"}]},
]
UNUSUAL_CLIENTS: list[Any] = [
    {**CLIENT, "icons": {}},
    {**CLIENT, "icons": ["data:,"]},
    {**CLIENT, "icons": [None]},
    {**CLIENT, "icons": [{}]},
    {**CLIENT, "icons": [{"src": 5}]},
    {**CLIENT, "icons": [{"mimeType": "image/png"}]},
    {**CLIENT, "icons": [{"src": "data:,", "mimeType": 5}]},
    {**CLIENT, "icons": [{"src": "data:,", "mimeType": None}]},
    {**CLIENT, "icons": [{"src": "data:,", "sizes": ["16x16"]}]},
    {**CLIENT, "icons": [{"src": "data:,"}, {"src": 5}]},
    *(
        {**CLIENT, name: value}
        for name in ("name", "version", "title", "description", "websiteUrl")
        for value in (5, [])
    ),
    {"name": "host"},
    {"version": "1"},
    "host 1",
    None,
]


def is_served_by_the_front(client: Any) -> bool:
    return is_handshake({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client})


@pytest.mark.parametrize("client", KNOWN_CLIENTS)
def test_a_handshake_is_served_by_the_front_if_the_sdk_accepts_the_hosts_description(client: Any) -> None:
    assert is_served_by_the_front(client)
    InitializeRequestParams.model_validate(
        {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}, by_name=False
    )


@pytest.mark.parametrize("client", UNUSUAL_CLIENTS)
def test_a_handshake_with_an_unusual_description_of_the_host_is_left_to_the_full_server(client: Any) -> None:
    assert not is_served_by_the_front(client)
