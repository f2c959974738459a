"""Progress reports of a call: which are sent, and which are dropped."""

import dataclasses

import pytest
from mcp.server.mcpserver import Context
from mcp_chassis.progress import host_progress, no_report, throttled
from mcp_chassis.testing import connected, data
from mcp_chassis.tools import reads
from sample_server import SAMPLE, Echo

Sent = tuple[int, int, str, bool]


class Host:
    """Records reports, with a clock that the test sets."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.now = 100.0

    async def __call__(self, done: int, total: int, message: str, *, paced: bool = True) -> None:
        self.sent.append((done, total, message, paced))

    def clock(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("later", "report", "is_sent"),
    [
        (0.0, (2, 9, "b", True), False),
        (0.09, (2, 9, "b", True), False),
        (0.1, (2, 9, "b", True), True),
        (0.0, (8, 9, "b", True), False),
        (0.0, (9, 9, "b", True), True),
        (0.0, (10, 9, "b", True), True),
        (0.0, (2, 9, "b", False), True),
    ],
)
async def test_a_report_soon_after_another_is_dropped_unless_it_is_final_or_not_paced(
    later: float, report: Sent, is_sent: bool
):
    host = Host()
    tell = throttled(host, clock=host.clock)
    await tell(1, 9, "a")
    host.now += later
    done, total, message, paced = report
    await tell(done, total, message, paced=paced)
    assert host.sent == [(1, 9, "a", True), *([report] if is_sent else [])]
    host.now += 0.1
    await tell(3, 9, "c")
    assert host.sent[-1] == (3, 9, "c", True)


async def test_a_report_of_nobody_does_nothing():
    await no_report(1, 2, "a", paced=False)


@reads("Work")
async def work(ctx: Context) -> Echo:
    """Report each step."""
    report = host_progress(ctx)
    for done in (1, 2, 3):
        await report(done, 3, f"step {done}", paced=done != 2)
    return Echo(text="done")


async def test_reports_reach_the_host_as_progress_notifications(era):
    heard: list[tuple[float, float | None, str | None]] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with connected(dataclasses.replace(SAMPLE, tools=(work,)), era=era) as client:
        assert data(await client.call_tool("work", {}, progress_callback=listen)) == {"text": "done"}
    assert heard == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")]
