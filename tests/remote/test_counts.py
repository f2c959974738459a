"""The page of counts: what it says, and to whom."""

import time
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest
import services
from database_mcp.server import SERVER as DATABASE
from github_mcp.server import SERVER as GITHUB
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.prometheus import exposition
from mcp_chassis.remote.upstream_probe import INTERVAL_SECONDS, UpstreamProbe
from mcp_chassis.server import Probe
from mcp_chassis.telemetry.metrics import Metrics
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from remote_http import answer, post, served
from remote_sample import FIRST, SECOND

IN_USE = 'mcp_level{server="database",level="connections in use",of="default"}'
BEGUN = time.time()
CALL = {"name": "echo", "arguments": {"text": "x"}}


def test_calls_upstreams_and_levels_are_in_the_format_of_prometheus() -> None:
    metrics = Metrics()
    metrics.call("get_issue", "ok", 0.02)
    metrics.call("get_issue", "timeout", 40.0)
    metrics.attempted("github", "ok", 0.01)
    metrics.waited("github")
    metrics.watch("github", lambda: "open")
    metrics.watch("slack", lambda: "half open")
    metrics.watch("desk", lambda: "closed")
    metrics.level("limit left", "github", 4999)
    metrics.task("get_job_logs", "completed")
    metrics.watch_tasks(lambda: {"working": 2, "input_required": 1})
    flight = InFlightRequests()
    flight.answers["/mcp", 200] = 3
    with flight.requests.holding("a"), flight.requests.holding("b"), flight.streams.holding("a"):
        page = exposition({"github": metrics}, flight).splitlines()
    wanted = [
        '# TYPE mcp_calls_total counter',
        'mcp_calls_total{server="github",tool="get_issue",outcome="ok"} 1',
        'mcp_calls_total{server="github",tool="get_issue",outcome="timeout"} 1',
        'mcp_call_seconds_bucket{server="github",tool="get_issue",le="0.01"} 0',
        'mcp_call_seconds_bucket{server="github",tool="get_issue",le="0.025"} 1',
        'mcp_call_seconds_bucket{server="github",tool="get_issue",le="+Inf"} 2',
        'mcp_call_seconds_sum{server="github",tool="get_issue"} 40.02',
        'mcp_call_seconds_count{server="github",tool="get_issue"} 2',
        'mcp_upstream_attempts_total{server="github",upstream="github",outcome="ok"} 1',
        'mcp_upstream_waits_total{server="github",upstream="github"} 1',
        'mcp_upstream_breaker_open{server="github",upstream="github"} 1',
        'mcp_upstream_breaker_open{server="github",upstream="slack"} 0.5',
        'mcp_upstream_breaker_open{server="github",upstream="desk"} 0',
        'mcp_level{server="github",level="limit left",of="github"} 4999',
        'mcp_tasks{server="github",state="working"} 2',
        'mcp_tasks{server="github",state="input_required"} 1',
        'mcp_tasks_ended_total{server="github",tool="get_job_logs",outcome="completed"} 1',
        "mcp_http_streams 1",
        'mcp_http_answers_total{path="/mcp",status="200"} 3',
        "mcp_http_in_flight 2",
    ]  # fmt: skip
    assert [line for line in wanted if line not in page] == []
    assert page[-1].startswith("process_")
    (resident,) = [float(line.split()[1]) for line in page if line.startswith("process_resident_memory_bytes ")]
    assert 10e6 < resident < 10e9
    (started,) = [float(line.split()[1]) for line in page if line.startswith("process_start_time_seconds ")]
    assert 1.7e9 < started <= time.time()


async def test_reading_the_metrics_starts_a_probe_whose_result_is_in_the_next_reading() -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /rate_limit", Reply(503))
        environment = {"GITHUB_API_URL": upstream.url, "GITHUB_TOKEN": "x" * 40, "SAMPLE_UNWELL": "1"}
        async with served({"/github": GITHUB, "/first": FIRST}, {**environment, "MCP_RETRY_ATTEMPTS": "1"}) as http:
            assert "mcp_upstream_probe_ok{" not in (await http.get("/metrics")).text
            page = ""
            while 'probe_ok{server="github"' not in page or 'probe_ok{server="mcp-chassis"' not in page:
                await anyio.lowlevel.checkpoint()
                page = (await http.get("/metrics")).text
        assert len(upstream.requests) == 1
    assert 'mcp_upstream_probe_ok{server="github",upstream="GitHub"} 0' in page
    assert 'mcp_upstream_probe_ok{server="mcp-chassis",upstream="journal"} 0' in page
    series = 'mcp_upstream_probe_timestamp_seconds{server="github"} '
    assert float(page.partition(f"\n{series}")[2].split()[0]) >= BEGUN


async def test_probes_are_made_again_when_they_are_due_and_one_at_a_time() -> None:
    begun, go_on, now = 0, anyio.Event(), 0.0

    async def probe() -> list[Probe]:
        nonlocal begun
        begun += 1
        await go_on.wait()
        return [Probe("well", "ok"), Probe("unset", "not configured"), Probe("ill", "failed")]

    probes = UpstreamProbe("x", probe, lambda: now)
    probes.refresh()
    await anyio.wait_all_tasks_blocked()
    now = 100.0
    probes.refresh()  # the first is still running
    await anyio.wait_all_tasks_blocked()
    assert (begun, probes.last) == (1, None)
    go_on.set()
    await anyio.wait_all_tasks_blocked()
    assert probes.last is not None
    assert (probes.last.seconds, probes.last.reached) == (100.0, {"well": True, "ill": False})
    probes.refresh()
    await anyio.wait_all_tasks_blocked()
    now += INTERVAL_SECONDS - 0.1
    probes.refresh()
    await anyio.wait_all_tasks_blocked()
    assert begun == 2
    await probes.stop()


async def test_a_probe_that_fails_with_a_bug_is_logged_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def probe() -> list[Probe]:
        raise RuntimeError("a bug of a probe")

    probes = UpstreamProbe("x", probe)
    probes.refresh()
    await anyio.wait_all_tasks_blocked()
    await probes.stop()
    assert probes.last is None
    assert "a bug of a probe" in caplog.text


def test_a_label_cannot_break_out_of_its_quotes() -> None:
    metrics = Metrics()
    metrics.call('a"} 1\nevil{x="\\', "ok", 0.1)
    page = exposition({"a": metrics}, InFlightRequests())
    assert 'mcp_calls_total{server="a",tool="a\\"} 1\\nevil{x=\\"\\\\",outcome="ok"} 1' in page


async def test_without_authentication_the_metrics_are_open_to_local_callers() -> None:
    async with served({"": FIRST}, {}) as http:
        await post(http, "modern", "tools/call", CALL)
        page = await http.get("/metrics")
        elsewhere = await http.get("/metrics", headers={"host": "evil.example"})
    assert page.status_code == 200
    assert 'mcp_http_answers_total{path="/mcp",status="200"} 1' in page.text
    assert elsewhere.status_code == 421


@pytest.mark.parametrize(
    ("key", "status"),
    [(None, 401), ("tr_unknown", 401), ("tr_reader", 403), ("tr_single", 403), ("tr_admin", 200), ("tr_all", 200)],
)
async def test_with_authentication_the_counts_need_the_scope_admin(
    key: str | None, status: int, tmp_path: Path
) -> None:
    path = tmp_path / "keys"
    keys = {"reader": ["tools", "mcp-chassis:*"], "admin": ["admin"], "all": ["*"]}
    path.write_text("\n".join(ApiKey.of(name, f"tr_{name}", scopes).line() for name, scopes in keys.items()))
    async with served({"": FIRST}, {"MCP_API_KEYS_FILE": str(path), "MCP_API_KEY": "tr_single"}) as http:
        page = await http.get("/metrics", headers={"x-api-key": key} if key else {})
    assert page.status_code == status
    assert ("mcp_calls_total" in page.text) == (status == 200)


async def test_if_only_one_of_several_servers_has_authentication_the_metrics_are_refused() -> None:
    servers = {"/first": FIRST, "/second": SECOND}
    async with served(servers, {"FIRST_SERVER_MCP_API_KEY": "the-key-of-one-server-1"}) as http:
        page = await http.get("/metrics", headers={"x-api-key": "the-key-of-one-server-1"})
    assert page.status_code == 403


async def _levels(http: httpx2.AsyncClient) -> dict[str, str]:
    page = (await http.get("/metrics")).text.splitlines()
    return dict(line.rsplit(" ", 1) for line in page if line.startswith("mcp_level{"))


def _limited(left: int, resource: str, **how: Any) -> Reply:
    figures = {"limit": "5000", "remaining": f"{left}", "reset": "1", "resource": resource}
    return Reply(headers={f"x-ratelimit-{name}": value for name, value in figures.items()}, **how)


async def test_the_remaining_rate_limits_of_github_are_shown_including_zero() -> None:
    call = {"name": "search_repositories", "arguments": {"query": "x"}}
    core, search = (
        f'mcp_level{{server="github",level="limit left",of="GitHub {resource}"}}' for resource in ("core", "search")
    )
    async with ScriptedUpstream() as upstream:
        used_up = _limited(0, "core", status=403, json={"message": "API rate limit exceeded"})
        upstream.answers("GET /rate_limit", _limited(4321, "core", json={"resources": {}}), used_up)
        upstream.answers("GET /search/repositories", _limited(29, "search", json={"total_count": 0, "items": []}))
        async with served({"": GITHUB}, {"GITHUB_API_URL": upstream.url}) as http:
            await post(http, "modern", "tools/call", call)
            await post(http, "modern", "resources/read", {"uri": "github://rate_limit"})
            before = await _levels(http)
            await post(http, "modern", "resources/read", {"uri": "github://rate_limit"})
            after = await _levels(http)
    assert (before[core], before[search]) == ("4321", "29")
    assert (after[core], after[search]) == ("0", "29")


@pytest.mark.services
async def test_the_connections_of_a_databases_pool_are_shown() -> None:
    services.require("postgres")
    call = {"name": "execute_query", "arguments": {"query": "SELECT 1 AS one"}}
    environment = {"DATABASE_URL": services.POSTGRES_DSN, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    async with served({"": DATABASE}, environment) as http:
        before = await _levels(http)
        answered = answer(await post(http, "modern", "tools/call", call))["result"]
        with anyio.fail_after(60):  # the connection is put back behind the answer's back
            while (after := await _levels(http))[IN_USE] != "0":
                await anyio.lowlevel.checkpoint()
    assert not answered["isError"], answered
    of = {line.partition('level="')[2].partition('"')[0]: value for line, value in before.items()}
    assert {"connections in use", "connections idle", "calls waiting for a connection"} <= set(of)
    changed = {line: (before[line], value) for line, value in after.items() if before.get(line) != value}
    # The call's connection is idle again, and that of the probe which the first reading of the page began.
    assert {line.split('"')[3] for line in changed} == {"connections idle"}
    assert {int(value) for _, value in changed.values()} <= {1, 2}


async def test_two_servers_of_one_process_are_counted_apart_and_each_diagnoses_itself() -> None:
    async with served({"/first": FIRST, "/second": SECOND}, {}) as http:
        for path, times in (("/first/mcp", 2), ("/second/mcp", 1)):
            for _ in range(times):
                await post(http, "modern", "tools/call", CALL, path=path)
        page = (await http.get("/metrics")).text
        read = await post(http, "modern", "resources/read", {"uri": "server://diagnostics"}, path="/second/mcp")
    counted = [line for line in page.splitlines() if line.startswith("mcp_calls_total{") and '"echo"' in line]
    names = {line.partition('server="')[2].partition('"')[0]: line for line in counted}
    assert names.keys() >= {FIRST.name.removesuffix("-mcp"), SECOND.name.removesuffix("-mcp")}
    assert read.status_code == 200
