"""Exact values of the metrics: buckets, limits of series, attributes of OpenTelemetry's conventions, outcomes."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_chassis.pipeline.operation_metrics import OperationMetrics
from mcp_chassis.telemetry.metrics import BUCKET_SECONDS, MAX_SERIES, Histogram, Metrics, ProcessMetrics, serving_as
from mcp_chassis.telemetry.semantic_metrics import SemanticMetrics
from mcp_types import CallToolResult
from pydantic import TypeAdapter, ValidationError

EMPTY = {"count": 0, "mean_ms": 0.0, "max_ms": 0.0}


def test_a_duration_is_counted_in_the_first_bucket_whose_bound_it_does_not_exceed():
    assert BUCKET_SECONDS == (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
    for place, bound in enumerate(BUCKET_SECONDS):
        histogram = Histogram()
        histogram.observe(bound)
        histogram.observe(bound * 1.01)
        assert histogram.buckets == [int(number in (place, place + 1)) for number in range(len(BUCKET_SECONDS) + 1)]


def test_a_histogram_reports_count_mean_and_maximum_in_milliseconds():
    histogram = Histogram()
    assert histogram.snapshot() == EMPTY
    for seconds in (0.3, 0.1, 0.2):
        histogram.observe(seconds)
    assert histogram.snapshot() == {"count": 3, "mean_ms": 200.0, "max_ms": 300.0}
    assert (histogram.count, histogram.largest) == (3, 0.3)


def test_a_snapshot_has_calls_upstreams_and_tasks_by_name():
    metrics = Metrics()
    metrics.call("put", "ok", 0.2)
    metrics.call("look", "ok", 0.1)
    metrics.call("look", "timeout", 0.3)
    metrics.attempted("b", "ok", 0.5)
    metrics.waited("a")
    metrics.waited("a")
    metrics.watch("c", lambda: "open")
    assert metrics.snapshot() == {
        "calls": {
            "look": {"outcomes": {"ok": 1, "timeout": 1}, "count": 2, "mean_ms": 200.0, "max_ms": 300.0},
            "put": {"outcomes": {"ok": 1}, "count": 1, "mean_ms": 200.0, "max_ms": 200.0},
        },
        "upstreams": {
            "a": {"attempts": {"outcomes": {}, **EMPTY}, "waits": 2},
            "b": {
                "attempts": {"outcomes": {"ok": 1}, "count": 1, "mean_ms": 500.0, "max_ms": 500.0},
                "waits": 0,
            },
            "c": {"attempts": {"outcomes": {}, **EMPTY}, "waits": 0, "breaker": "open"},
        },
    }
    assert list(metrics.snapshot()["calls"]) == ["look", "put"]
    metrics.watch_tasks(lambda: {"working": 1})
    metrics.task("look", "completed")
    metrics.task("look", "lost")
    assert metrics.snapshot()["tasks"] == {"working": 1, "ended": {"look": {"completed": 1, "lost": 1}}}


def test_beyond_the_limit_of_series_names_are_counted_as_other():
    metrics = Metrics()
    for number in range(MAX_SERIES + 2):
        metrics.call(f"tool {number}", "ok", 0.1)
        metrics.watch(f"upstream {number}", lambda: "closed")
        metrics.level("in use", f"pool {number}", number)
    metrics.call("tool 0", "ok", 0.1)
    assert metrics.calls["other", "other"] == 2
    assert metrics.calls["tool 0", "ok"] == 2
    assert (len(metrics.calls), len(metrics.durations)) == (MAX_SERIES + 1, MAX_SERIES + 1)
    assert metrics.durations["other"].count == 2
    assert (len(metrics.breakers), len(metrics.levels)) == (MAX_SERIES, MAX_SERIES)
    metrics.watch("upstream 0", lambda: "open")
    metrics.level("in use", "pool 0", lambda: 7.0)
    assert metrics.breakers["upstream 0"]() == "open"
    assert metrics.levels["in use", "pool 0"] == 7.0
    assert MAX_SERIES == 1_000


def test_each_server_of_a_process_has_its_own_metrics():
    process = ProcessMetrics()
    for server in ("a", "b", "a"):
        with serving_as(server):
            process.call("look", "ok", 0.1)
            process.task("look", "completed")
            process.attempted("u", "ok", 0.1)
            process.waited("u")
            process.watch("u", lambda: "closed")
            process.watch_tasks(lambda: {"working": 0})
            process.level("in use", "pool", 3)
            assert process.snapshot() == process.by_server[server].snapshot()
    assert process.snapshot() == Metrics().snapshot()
    first, second = process.by_server["a"], process.by_server["b"]
    assert (first.calls["look", "ok"], second.calls["look", "ok"]) == (2, 1)
    assert (first.tasks["look", "completed"], first.attempts["u", "ok"], first.waits["u", "waits"]) == (2, 2, 2)
    assert (list(second.breakers), second.levels, second.task_states()) == (
        ["u"],
        {("in use", "pool"): 3},
        {"working": 0},
    )


class Instrument:
    """Records the values that it is given."""

    def __init__(self, *about: Any, **options: Any) -> None:
        self.about, self.options = about, options
        self.recorded: list[tuple[float, Mapping[str, Any]]] = []

    def record(self, value: float, attributes: Mapping[str, Any]) -> None:
        self.recorded.append((value, attributes))

    add = record


class Meter:
    """Creates instruments by name."""

    def __init__(self) -> None:
        self.made: dict[str, Instrument] = {}

    def create_histogram(self, name: str, *about: Any, **options: Any) -> Instrument:
        return self.made.setdefault(name, Instrument(*about, **options))

    create_up_down_counter = create_histogram


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def metrics(meter: Meter) -> SemanticMetrics:
    return SemanticMetrics(meter)  # pyright: ignore[reportArgumentType]


def test_requests_of_callers_are_recorded_with_their_route_status_and_error(meter: Meter, metrics: SemanticMetrics):
    about = {"http.request.method": "POST", "url.scheme": "https"}
    metrics.request_began("POST", "https")
    for status in (200, 499, 500):
        metrics.request_ended(0.5, "POST", "https", route="/mcp", status=status)
    metrics.request_began("DANCE", "http")
    assert meter.made["http.server.active_requests"].recorded == [
        (1, about),
        *[(-1, about)] * 3,
        (1, {"http.request.method": "_OTHER", "url.scheme": "http"}),
    ]
    answered = [attributes for _, attributes in meter.made["http.server.request.duration"].recorded]
    assert answered == [
        {**about, "http.route": "/mcp", "http.response.status_code": 200},
        {**about, "http.route": "/mcp", "http.response.status_code": 499},
        {**about, "http.route": "/mcp", "http.response.status_code": 500, "error.type": "500"},
    ]


@pytest.mark.parametrize(
    ("scheme", "port", "outcome", "expected"),
    [
        ("https", None, {"status": 200}, {"server.port": 443, "http.response.status_code": 200}),
        ("http", None, {"status": 399}, {"server.port": 80, "http.response.status_code": 399}),
        (
            "http",
            81,
            {"status": 400},
            {"server.port": 81, "http.response.status_code": 400, "error.type": "400"},
        ),
        ("http", 81, {"status": 0, "error": "ReadTimeout"}, {"server.port": 81, "error.type": "ReadTimeout"}),
    ],
)
def test_requests_to_upstreams_are_recorded_with_their_address_and_error(
    meter: Meter,
    metrics: SemanticMetrics,
    scheme: str,
    port: int | None,
    outcome: dict[str, Any],
    expected: dict[str, Any],
):
    metrics.upstream_request(0.5, "GET", scheme, "a.example", port, **outcome)
    common = {"http.request.method": "GET", "url.scheme": scheme, "server.address": "a.example"}
    assert meter.made["http.client.request.duration"].recorded == [(0.5, {**common, **expected})]


def test_durations_have_the_buckets_of_the_conventions(meter: Meter, metrics: SemanticMetrics):
    buckets = {name: made.options.get("explicit_bucket_boundaries_advisory") for name, made in meter.made.items()}
    requests = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
    assert buckets == {
        "mcp.server.operation.duration": (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300),
        "http.server.request.duration": requests,
        "http.client.request.duration": requests,
        "http.server.active_requests": None,
    }
    assert {made.about[0] for made in meter.made.values()} == {"s", "{request}"}


def invalid() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(int).validate_python("x")
    return raised.value


FAILED = CallToolResult(content=[], is_error=True)


@pytest.mark.parametrize(
    ("method", "params", "outcome", "expected"),
    [
        ("tools/list", None, {}, {}),
        ("tools/list", None, {"isError": True}, {}),
        ("no/such", None, {}, {"mcp.method.name": "_OTHER"}),
        ("tools/call", {"name": "look"}, CallToolResult(content=[]), {"gen_ai.tool.name": "look"}),
        ("tools/call", {"name": "look"}, FAILED, {"gen_ai.tool.name": "look", "error.type": "tool_error"}),
        (
            "tools/call",
            {"name": "look"},
            {"isError": True},
            {"gen_ai.tool.name": "look", "error.type": "tool_error"},
        ),
        ("tools/call", {"name": "dance"}, {}, {"gen_ai.tool.name": "_OTHER"}),
        ("tools/call", {"name": 7}, {}, {"gen_ai.tool.name": "_OTHER"}),
        ("tools/call", None, {}, {"gen_ai.tool.name": "_OTHER"}),
        (
            "tools/list",
            None,
            MCPError(-32001, "No."),
            {"error.type": "-32001", "rpc.response.status_code": "-32001"},
        ),
        ("tools/list", None, invalid, {"error.type": "-32602", "rpc.response.status_code": "-32602"}),
        ("tools/list", None, KeyError("x"), {"error.type": "KeyError"}),
    ],
)
async def test_each_message_is_recorded_once_with_its_method_tool_and_error(
    meter: Meter, metrics: SemanticMetrics, method: str, params: Any, outcome: Any, expected: dict[str, str]
):
    outcome = outcome() if callable(outcome) else outcome
    middleware = OperationMetrics(metrics, {"tools/list", "tools/call"}.__contains__, {"look"}.__contains__)
    context: Any = SimpleNamespace(method=method, params=params, protocol_version="2026-07-28")

    async def handle(ctx: Any) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with serving_as("shelf"):
        if isinstance(outcome, Exception):
            with pytest.raises(type(outcome)):
                await middleware(context, handle)
        else:
            assert await middleware(context, handle) is outcome
    [(seconds, attributes)] = meter.made["mcp.server.operation.duration"].recorded
    assert seconds >= 0
    assert attributes == {
        "mcp.method.name": method,
        "mcp.protocol.version": "2026-07-28",
        "toolroll.server": "shelf",
        **({"gen_ai.operation.name": "execute_tool"} if method == "tools/call" else {}),
        **expected,
    }
