"""The record of principals that were given untrusted text: how long each one counts, and what replicas share."""

import pytest
from mcp_chassis.pipeline.caller import LOCAL_PRINCIPAL
from mcp_chassis.pipeline.taint import FOREVER, MAX_PRINCIPALS, RecordedTaint, Taint
from mcp_chassis.storage.idempotency import Record, RecordKey
from mcp_chassis.storage.idempotency_records import MemoryRecordStore

NOW = 1_000.0


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


class Replicas:
    """A shared record that counts what it is asked."""

    def __init__(self, **until: float) -> None:
        self.found, self.kept, self.asked = until, [], 0

    async def until(self, principal: str, now: float) -> float:
        self.asked += 1
        return self.found.get(principal, 0.0)

    async def remember(self, principal: str, until: float) -> None:
        self.kept.append((principal, until))


@pytest.mark.parametrize(
    ("principal", "later", "expected"),
    [
        ("ann", 0.0, True),
        ("ann", 99.9, True),
        ("ann", 100.0, False),
        ("bea", 0.0, False),
        (LOCAL_PRINCIPAL, 10_000.0, False),
    ],
)
async def test_a_principal_over_http_counts_for_the_configured_seconds(principal: str, later: float, expected: bool):
    clock = Clock()
    taint = Taint(100, clock=clock)
    await taint.remember("ann")
    clock.now += later
    assert await taint.holds(principal) is expected


async def test_the_caller_over_stdio_counts_until_the_process_exits():
    clock, replicas = Clock(), Replicas()
    taint = Taint(100, replicas, clock)
    assert not await taint.holds(LOCAL_PRINCIPAL)
    await taint.remember(LOCAL_PRINCIPAL)
    clock.now += 10**9
    assert await taint.holds(LOCAL_PRINCIPAL)
    assert dict(taint.known) == {LOCAL_PRINCIPAL: FOREVER}
    assert (replicas.asked, replicas.kept) == (0, [])


async def test_beyond_the_limit_the_principal_recorded_first_is_forgotten():
    taint = Taint(100, clock=Clock())
    await taint.remember("first")
    await taint.remember("second")
    for number in range(MAX_PRINCIPALS - 2):
        await taint.remember(str(number))
    assert await taint.holds("first")
    await taint.remember("first")  # now the most recent
    await taint.remember("one more")
    assert [await taint.holds(principal) for principal in ("first", "second", "0", "one more")] == [
        True,
        False,
        True,
        True,
    ]
    assert len(taint.known) == MAX_PRINCIPALS == 100_000


async def test_a_principal_that_another_replica_recorded_counts_here_until_then():
    clock, replicas = Clock(), Replicas(ann=NOW + 5)
    taint = Taint(100, replicas, clock)
    assert [await taint.holds("ann"), await taint.holds("bea")] == [True, False]
    clock.now += 5
    assert not await taint.holds("ann")


async def test_replicas_are_told_again_once_a_tenth_of_the_time_has_passed():
    clock, replicas = Clock(), Replicas()
    taint = Taint(100, replicas, clock)
    for later in (0, 9, 10, 10.5):
        clock.now = NOW + later
        await taint.remember("ann")
    assert replicas.kept == [("ann", NOW + 100)]
    clock.now = NOW + 30
    await taint.remember("ann")
    assert replicas.kept[1:] == [("ann", NOW + 130)]
    assert await taint.holds("ann")
    assert replicas.asked == 0


async def test_the_record_of_replicas_is_kept_under_the_servers_name():
    records = MemoryRecordStore()
    one, other = RecordedTaint("a-mcp", lambda: records), RecordedTaint("b-mcp", lambda: records)
    assert await one.until("ann", NOW) == 0.0
    await one.remember("ann", NOW + 7)
    assert [await one.until("ann", NOW), await other.until("ann", NOW)] == [NOW + 7, 0.0]
    assert await records.find(RecordKey("ann", "a-mcp flow", "untrusted"), NOW) == Record(
        "", NOW + 7, {"read": "untrusted text"}
    )
    assert await one.until("ann", NOW + 7) == 0.0
