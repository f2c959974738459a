"""What the counts say."""

from mcp_chassis.telemetry.metrics import MAX_SERIES, Histogram, Metrics


def test_calls_are_counted_by_tool_and_outcome_with_their_durations() -> None:
    metrics = Metrics()
    metrics.call("get_issue", "ok", 0.1)
    metrics.call("get_issue", "ok", 0.3)
    metrics.call("get_issue", "TIMEOUT", 2.0)
    assert metrics.snapshot()["calls"] == {
        "get_issue": {"outcomes": {"TIMEOUT": 1, "ok": 2}, "count": 3, "mean_ms": 800.0, "max_ms": 2000.0}
    }


def test_the_snapshot_of_an_upstream_has_attempts_waits_and_breaker() -> None:
    metrics = Metrics()
    metrics.attempted("GitHub", "service_unavailable", 0.01)
    metrics.attempted("GitHub", "ok", 0.03)
    metrics.waited("GitHub")
    metrics.waited("GitHub")
    metrics.watch("GitHub", lambda: "open")
    assert metrics.snapshot()["upstreams"] == {
        "GitHub": {
            "attempts": {"outcomes": {"ok": 1, "service_unavailable": 1}, "count": 2, "mean_ms": 20.0, "max_ms": 30.0},
            "waits": 2,
            "breaker": "open",
        }
    }


def test_the_state_of_the_breaker_is_read_at_each_snapshot() -> None:
    metrics, states = Metrics(), ["closed", "open"]
    metrics.watch("Slack", states.pop)
    assert metrics.snapshot()["upstreams"]["Slack"]["breaker"] == "open"
    assert metrics.snapshot()["upstreams"]["Slack"]["breaker"] == "closed"


def test_an_upstream_with_waits_only_has_an_otherwise_empty_snapshot() -> None:
    metrics = Metrics()
    metrics.waited("Slack")
    nothing = {"outcomes": {}, "count": 0, "mean_ms": 0.0, "max_ms": 0.0}
    assert metrics.snapshot()["upstreams"] == {"Slack": {"attempts": nothing, "waits": 1}}


def test_a_duration_falls_into_the_bucket_whose_bound_it_reaches() -> None:
    histogram = Histogram()
    for seconds in (0.005, 0.0051, 60.0, 61.0):
        histogram.observe(seconds)
    assert [index for index, count in enumerate(histogram.buckets) if count] == [0, 1, 12, 13]
    assert histogram.count == 4


def test_an_unbounded_number_of_names_is_counted_in_bounded_memory() -> None:
    metrics = Metrics()
    for number in range(MAX_SERIES + 500):
        metrics.call(f"tool {number}", "ok", 0.1)
        metrics.watch(f"upstream {number}", lambda: "open")
    calls = metrics.snapshot()["calls"]
    assert len(calls) == MAX_SERIES + 1
    assert calls["other"]["count"] == 500
    assert calls["other"]["outcomes"] == {"other": 500}
    assert len(metrics.breakers) == MAX_SERIES
