"""Refusals by argument, tries on the live API, headings, probes and the headers of a trace."""

from pathlib import Path
from typing import Any

from mcp_chassis.http.response import Response
from mcp_chassis.telemetry import logs
from mcp_chassis.testing import Reply, ScriptedUpstream
from rest_mcp.argument_names import ArgumentNames, argument, argument_names
from rest_mcp.bridge import Bridge, ToolPart
from rest_mcp.bridge_file import bridge_of
from rest_mcp.connection import connected
from rest_mcp.error_fields import ERROR_FIELDS
from rest_mcp.error_texts import failure_for, quoted, words
from rest_mcp.live_check import can_be_tried, not_tried
from rest_mcp.settings import settings_for
from rest_mcp.trace_headers import traced


def test_each_usual_field_of_an_error_is_read() -> None:
    names = (
        "title detail message Message msg reason error error_description error_message errorMessage errorMessages "
        "error.message error.description detail.msg non_field_errors errors errors.title errors.detail errors.message "
        "errors.msg"
    )

    def said(name: str) -> str:
        first, _, inner = name.partition(".")
        body = f'{{"{first}": {{"{inner}": "odd"}}}}' if inner else f'{{"{first}": "odd"}}'
        body = body if first != "errors" or not inner else f'{{"errors": [{{"{inner}": "odd"}}]}}'
        return words(Response("things", 422, {}, body.encode()), ERROR_FIELDS)

    assert {name: said(name) for name in names.split()} == dict.fromkeys(names.split(), "odd")
    assert said("other") == ""


def test_refusals_are_quoted_and_those_that_the_core_words_are_not() -> None:
    judge = failure_for(["error"])

    def told(status: int, body: bytes = b'{"error": "odd"}') -> str:
        found = judge(Response("things", status, {}, body))
        return "" if found is None else found.message

    quotes = {status: 'It says: "odd".' in told(status) for status in (399, 400, 401, 403, 404, 422, 429, 499, 500)}
    assert [status for status, quoting in quotes.items() if quoting] == [400, 403, 404, 422, 499]
    assert told(400, b"{}") == ""
    assert [quoted(text) for text in ("a", "a.", "a!", "a?")] == [
        'It says: "a".',
        'It says: "a."',
        'It says: "a!"',
        'It says: "a?"',
    ]


def bridge(*tools: dict[str, Any]) -> Bridge:
    described = [{"description": "Do it.", "request": "GET /x", "name": "get_x", **each} for each in tools]
    return bridge_of({"instructions": "Things.", "apis": {"a": {}}, "tools": described}, Path())


def test_a_refusal_is_about_the_argument_of_its_field() -> None:
    inner = {"type": "object", "properties": {"zip": {"field": "zipCode"}, "rows": {"type": "array", "items": {}}}}
    listed = {"type": "array", "items": {"type": "object", "properties": {"n_m": {"field": "nM"}}}}
    parameters = {
        "ship_to": {**inner, "field": "shipTo"},
        "lines": listed,
        "per_page": {"in": "query", "field": "perPage"},
        "deep": {"field": "a.b"},
        "thing": {"in": "path", "field": "thingId"},
    }
    spec = bridge({"request": "POST /x/{thingId}", "parameters": parameters}).requests[0]
    expected = {
        "body shipTo zipCode": "ship_to.zip",
        "shipTo zipCode": "ship_to.zip",
        "form shipTo": "ship_to",
        "shipTo other": "ship_to.other",
        "lines 0 nM": "lines.0.n_m",
        "lines 0 nM x": "lines.0.n_m.x",
        "query perPage": "per_page",
        "perPage": "per_page",
        "body perPage": "perPage",
        "a b": "deep",
        "a b c": "deep.c",
        "path thingId": "thing",
        "thingId": "thing",
        "body": "",
        "other": "other",
    }
    names = ArgumentNames(spec)
    assert {location: names.named(location.split()) for location in expected} == expected
    assert (names.named([]), argument(["shipTo"])) == ("", "shipTo")
    with argument_names(names):
        assert argument(["shipTo"]) == "ship_to"
    assert argument(["shipTo"]) == "shipTo"


def test_a_tool_is_tried_on_the_live_api_if_it_is_a_safe_read_that_needs_nothing() -> None:
    tried: list[tuple[dict[str, Any], str | None]] = [
        ({"safe": True}, None),
        ({"safe": True, "parameters": {"a": {"required": False}, "b": {"fixed": "1"}}}, None),
        ({}, "get_x (it is not marked safe = true)"),
        ({"safe": True, "parameters": {"a": {}, "b": {}, "c": {"default": "1"}}}, "get_x (it needs a, b)"),
        ({"safe": True, "request": "POST /x"}, "get_x (it writes)"),
    ]
    for said, reason in tried:
        found = bridge(said)
        [tool] = found.tools
        assert isinstance(tool, ToolPart)
        assert (can_be_tried(tool), not_tried(found)) == (reason is None, [reason] if reason else [])


def test_the_heading_of_a_tool_is_its_title_or_its_name() -> None:
    found = bridge({"name": "get_all_things"}, {"title": "All of them"}).requests
    assert [each.heading for each in found] == ["Get all things", "All of them"]


PROBES = [
    (200, "ok", "it answered GET /."),
    (404, "ok", "it answered GET / with RESOURCE_NOT_FOUND, so it is reachable."),
    (403, "ok", "it answered GET / with PERMISSION_DENIED, so it is reachable."),
    (401, "failed", ""),
    (503, "failed", ""),
]


async def test_an_api_that_refuses_its_root_path_counts_as_reachable(tmp_path: Path) -> None:
    found = bridge({})
    for status, state, said in PROBES:
        async with ScriptedUpstream() as upstream:
            upstream.answers("*", Reply(status, json={}))
            env = {"API_BASE_URL": f"{upstream.url}/", "API_TOKEN": "t", "MCP_RETRY_ATTEMPTS": "1"}
            async with connected(found, settings_for(found, tmp_path / "bridge.toml").load(env)) as apis:
                [probe] = await apis.probe()
                assert apis.address("a") == upstream.url
        assert (probe.name, probe.status) == ("a", state), status
        assert probe.message.startswith(said)
    async with connected(found, settings_for(found, tmp_path / "bridge.toml").load({})) as apis:
        [probe] = await apis.probe()
    assert (probe.status, probe.message) == ("not configured", "API_BASE_URL is not set.")


def test_the_id_of_a_call_goes_into_its_requests_in_64_plain_characters() -> None:
    token = logs.request_id.set("a b/c-1.2_" + "x" * 80)
    try:
        first, second = traced(), traced()
    finally:
        logs.request_id.reset(token)
    assert first == second
    assert first["x-request-id"] == "abc-1.2_" + "x" * 56
    version, trace, span, flags = first["traceparent"].split("-")
    assert (version, len(trace), len(span), flags) == ("00", 32, 16, "00")
