"""Spans and metrics of a server process over OTLP, decoded by the published definitions."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
import pytest
from canaries import canary, sightings
from mcp_chassis.telemetry import semantic_metrics as names
from mcp_chassis.telemetry.trace_context import parse
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.semconv._incubating.metrics import http_metrics, mcp_metrics
from opentelemetry.semconv.metrics import http_metrics as stable_http_metrics
from otlp_receiver import Receiver, receiving, texts
from remote_http import ERAS, META, MODERN, SUPPORT, Process, headers, message, post, process
from remote_traced import CONTROL

pytestmark = pytest.mark.slow

OF_HEADER, OF_META, CALLERS_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "c" * 32, "00f067aa0ba902b7"
SEARCH = {"name": "search_repositories", "arguments": {"query": "x"}}
LEAKS = ("bug", "foreseen", "protocol")


@dataclass
class Run:
    """What a run left: at the receiver, at the upstream and in the log."""

    receiver: Receiver
    upstream: list[Request]
    canaries: Mapping[str, str]
    log: str


@pytest.fixture(scope="module")
def run() -> Run:
    return asyncio.run(_run())


async def _run() -> Run:
    canaries = {name: canary() for name in ("GITHUB_TOKEN", "LEAKY_TOKEN", "MCP_API_KEY", "COLLECTOR_KEY")}
    async with receiving() as receiver, ScriptedUpstream() as upstream:
        upstream.answers("GET /search/repositories", Reply(json={"total_count": 0, "items": []}))
        environment = {
            **{name: value for name, value in canaries.items() if name != "COLLECTOR_KEY"},
            "GITHUB_API_URL": upstream.url,
            "NO_PROXY": "*",
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_EXPORTER_OTLP_HEADERS": f"x-key={canaries['COLLECTOR_KEY']}",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        }
        async with process(command=(str(SUPPORT / "remote_traced.py"),), environment=environment) as server:
            await _call_everything(server, canaries["MCP_API_KEY"])
            server.end()
            assert await server.ended() == 0
        return Run(receiver, upstream.requests, canaries, str(server.lines))


async def _call_everything(server: Process, key: str) -> None:
    given = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=given, trust_env=False) as http:
        for era in ERAS:
            sent = {"traceparent": f"00-{OF_HEADER}-{CALLERS_SPAN}-01"}
            await post(http, era, "tools/call", SEARCH, sent, path="/github/mcp")
            for tool in LEAKS:
                await post(http, era, "tools/call", {"name": tool, "arguments": {}}, path="/leaky/mcp")
            for odd in ("of_no_server", key):
                await post(http, era, "tools/call", {"name": odd, "arguments": {}}, path="/leaky/mcp")
            await post(http, era, "not/a/method", path="/leaky/mcp")
        asked = message("modern", "tools/list")
        asked["params"]["_meta"] = {**META, "traceparent": f"00-{OF_META}-{CALLERS_SPAN}-01"}
        both = {**headers("modern", "tools/list"), "traceparent": f"00-{OF_HEADER}-{CALLERS_SPAN}-01"}
        await http.post("/github/mcp", json=asked, headers=both)
        await http.get("/github/mcp")


def test_every_message_is_a_span_of_its_server(run: Run) -> None:
    calls = [span for span in run.receiver.spans if span.name == "tools/call search_repositories"]
    assert len(calls) == len(ERAS)
    for span in calls:
        about = texts(span.attributes)
        assert span.kind == Span.SPAN_KIND_SERVER
        assert about["mcp.method.name"] == "tools/call"
        assert about["gen_ai.tool.name"] == "search_repositories"
        assert about[names.SERVER_ATTRIBUTE] == "github"
        assert span.status.code == Status.STATUS_CODE_UNSET
    assert {texts(span.attributes)["mcp.protocol.version"] for span in calls} == {*ERAS.values()}
    assert all(resource["service.name"] == "toolroll" for resource in run.receiver.resources)
    assert all(resource["deployment.environment.name"] == "test" for resource in run.receiver.resources)


def test_a_span_continues_the_trace_of_the_header_or_else_of_the_message(run: Run) -> None:
    calls = [span for span in run.receiver.spans if span.name == "tools/call search_repositories"]
    assert {(span.trace_id.hex(), span.parent_span_id.hex()) for span in calls} == {(OF_HEADER, CALLERS_SPAN)}
    listed = run.receiver.span(lambda span: span.name == "tools/list")
    assert (listed.trace_id.hex(), listed.parent_span_id.hex()) == (OF_META, CALLERS_SPAN)


def test_the_upstreams_parent_is_the_exported_span(run: Run) -> None:
    calls = [span for span in run.receiver.spans if span.name == "tools/call search_repositories"]
    sent = [request.headers["traceparent"] for request in run.upstream if request.path == "/search/repositories"]
    assert sorted(sent) == sorted(f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01" for span in calls)
    assert all(parse(value) for value in sent)


def test_no_secret_is_in_what_is_exported_or_logged_about_it(run: Run) -> None:
    exported = {f"export {number}": body.decode("latin-1") for number, body in enumerate(run.receiver.bodies)}
    assert sightings(run.canaries, {**exported, "log": run.log}) == []
    assert all(run.canaries["COLLECTOR_KEY"] in head for head in run.receiver.heads)
    bugs = [span for span in run.receiver.spans if span.name == "tools/call bug"]
    told = [texts(event.attributes) for span in bugs for event in span.events]
    assert len(told) == len(ERAS)
    assert all(CONTROL in event["exception.message"] and CONTROL in event["exception.stacktrace"] for event in told)
    assert sightings({"CONTROL": CONTROL}, exported) != []


def test_metrics_have_the_published_names_and_units(run: Run) -> None:
    published = {
        mcp_metrics.MCP_SERVER_OPERATION_DURATION: "s",
        stable_http_metrics.HTTP_SERVER_REQUEST_DURATION: "s",
        stable_http_metrics.HTTP_CLIENT_REQUEST_DURATION: "s",
        http_metrics.HTTP_SERVER_ACTIVE_REQUESTS: "{request}",
    }
    assert {metric.name: metric.unit for metric in run.receiver.metrics} == published


def test_operations_are_measured_by_method_tool_and_error(run: Run) -> None:
    points = run.receiver.metric(names.OPERATION_DURATION).histogram.data_points
    seen = {
        (about["mcp.method.name"], about.get("gen_ai.tool.name"), about.get("error.type")): point.count
        for point in points
        for about in [texts(point.attributes)]
        if about["mcp.protocol.version"] == MODERN
    }
    assert seen == {
        ("tools/call", "search_repositories", None): 1,
        ("tools/call", "bug", "tool_error"): 1,
        ("tools/call", "foreseen", "tool_error"): 1,
        ("tools/call", "protocol", "-32000"): 1,
        ("tools/call", names.OTHER, "-32602"): 2,
        (names.OTHER, None, "-32601"): 1,
        ("tools/list", None, None): 1,
    }
    assert list(points[0].explicit_bounds) == list(names.OPERATION_BUCKETS)


def test_http_requests_of_callers_and_to_upstreams_are_measured(run: Run) -> None:
    answered = run.receiver.metric(names.SERVER_REQUEST_DURATION).histogram.data_points
    by_route = {
        (about["http.route"], about["http.request.method"], about["http.response.status_code"]): point.count
        for point in answered
        for about in [texts(point.attributes)]
    }
    assert by_route["/github/mcp", "POST", "200"] == 3
    assert by_route["/github/mcp", "GET", "405"] == 1
    active = run.receiver.metric(names.ACTIVE_REQUESTS).sum.data_points
    assert [point.as_int for point in active] == [0] * len(active)
    (asked,) = run.receiver.metric(names.CLIENT_REQUEST_DURATION).histogram.data_points
    about = texts(asked.attributes)
    assert asked.count == len(ERAS)
    assert about["server.address"] == "127.0.0.1"
    assert about["http.response.status_code"] == "200"
