"""Request ids and traces: taken from the caller, in the response and the logs, and passed on to upstreams."""

import logging
from collections.abc import Iterator

import pytest
from github_mcp.server import SERVER as GITHUB
from mcp_chassis.telemetry.logs import JsonLines
from mcp_chassis.telemetry.trace_context import parse
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from remote_http import ERAS, post, served
from remote_sample import FIRST
from rest_mcp.assembly import STARTER, server_of
from slack_mcp.server import SERVER as SLACK
from support_api_desk import running

ECHO = {"name": "echo", "arguments": {"text": "x"}}
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


class Lines(logging.Handler):
    """The lines of the log as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(JsonLines().format(record))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    handler = Lines()
    caplog.set_level(logging.INFO, "mcp_chassis")
    logging.getLogger("mcp_chassis").addHandler(handler)
    yield handler.lines
    logging.getLogger("mcp_chassis").removeHandler(handler)


@pytest.mark.parametrize("era", ERAS)
async def test_a_response_carries_the_callers_id_or_one_of_its_own(era: str) -> None:
    async with served({"": FIRST}, {}) as http:
        own = await post(http, era, "tools/call", ECHO)
        sent = await post(http, era, "tools/call", ECHO, {"x-request-id": "job-17/step.2"})
        odd = await post(http, era, "tools/call", ECHO, {"x-request-id": 'a"b c'})
        refused = await http.get("/mcp", headers={"x-request-id": "job-18"})
    assert sent.headers["x-request-id"] == "job-17/step.2"
    assert refused.headers["x-request-id"] == "job-18"
    assert len({own.headers["x-request-id"], odd.headers["x-request-id"], 'a"b c'}) == 3


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/register", "/nowhere", "/a/../b"])
async def test_the_response_of_every_page_has_the_callers_request_id(path: str) -> None:
    async with served({"": FIRST}, {}) as http:
        answer = await http.get(path, headers={"x-request-id": "job-19"})
        without = await http.get(path)
    assert answer.headers["x-request-id"] == "job-19"
    assert len(without.headers["x-request-id"]) == 16


@pytest.mark.parametrize("era", ERAS)
async def test_lines_of_two_callers_with_the_same_ids_have_ids_of_their_own(era: str, lines: list[str]) -> None:
    async with served({"": FIRST}, {}) as http:
        for _ in range(2):
            await post(http, era, "tools/call", ECHO, {"x-request-id": "1"})
    access = [line for line in lines if '"client_request_id":"1"' in line]
    ids = {line.partition('"request_id":"')[2].partition('"')[0] for line in access}
    audited = [line for line in lines if '"message":"tool call"' in line]
    assert len(access) == len(ids) == len(audited) == 2
    assert {line.partition('"request_id":"')[2].partition('"')[0] for line in audited} == ids


@pytest.mark.parametrize("era", ERAS)
async def test_without_spans_a_callers_trace_is_passed_to_the_upstream_unchanged(era: str, lines: list[str]) -> None:
    call = {"name": "search_repositories", "arguments": {"query": "x"}}
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /search/repositories", Reply(json={"total_count": 0, "items": []}))
        async with served({"": GITHUB}, {"GITHUB_API_URL": upstream.url}) as http:
            await post(http, era, "tools/call", call, {"traceparent": TRACEPARENT, "tracestate": "a=1"})
            long = f"a={'x' * 250},b={'y' * 250},c={'z' * 20}"
            await post(
                http,
                era,
                "tools/call",
                {**call, "arguments": {"query": "z"}},
                {"traceparent": TRACEPARENT, "tracestate": long},
            )
            await post(http, era, "tools/call", {"name": call["name"], "arguments": {"query": "y"}})
        with_trace, with_long_state, without = (request.headers for request in upstream.requests[-3:])
    assert with_trace["traceparent"] == TRACEPARENT
    assert with_trace["tracestate"] == "a=1"
    assert with_long_state["traceparent"] == TRACEPARENT
    assert "tracestate" not in with_long_state
    assert "traceparent" not in without
    assert [line for line in lines if TRACE in line and '"message":"tool call"' in line]


async def test_slack_and_a_bridged_api_get_the_callers_trace() -> None:
    carried = {"traceparent": TRACEPARENT, "tracestate": "a=1"}
    async with ScriptedUpstream() as slack, running() as desk:
        slack.answers("POST /*", Reply(json={"ok": False, "error": "not_authed"}))
        environment = {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": f"xoxb-{'1' * 20}", **desk.environment}
        async with served({"/slack": SLACK, "/desk": server_of(STARTER)}, environment) as http:
            await post(http, "modern", "tools/call", {"name": "list_channels", "arguments": {}}, carried, "/slack/mcp")
            await post(http, "modern", "tools/call", {"name": "list_users", "arguments": {}}, carried, "/desk/mcp")
        sent = [slack.requests[0].headers, desk.seen[0].headers]
    assert [{name: headers[name] for name in carried} for headers in sent] == [carried, carried]


@pytest.mark.parametrize(
    "traceparent",
    [None, "", "00-abc-def-01", f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01"],
)
def test_a_malformed_trace_is_ignored(traceparent: str | None) -> None:
    assert parse(traceparent) is None
