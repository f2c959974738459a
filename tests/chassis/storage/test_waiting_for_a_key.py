"""Calls that wait for another process's call with the same idempotency key."""

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from mcp_chassis.failures import OutcomeUnknown
from mcp_chassis.storage.idempotency import Idempotency, Record, RecordKey
from mcp_chassis.storage.idempotency_records import FileRecordStore, MemoryRecordStore

NAME = RecordKey("p", "create", "k")
MAX_CLAIMS = 20
"""Claims of one waiting call before the test releases it; a call that does not pause between them makes more."""


class CountedRecords(MemoryRecordStore):
    """Counts claims; too many without a pause are an error."""

    claims = 0

    async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        self.claims += 1
        if self.claims > MAX_CLAIMS:
            raise AssertionError("the store is asked without a pause")
        return await super().claim(name, record, now)


async def test_a_waiting_call_pauses_between_its_looks_at_the_record():
    records, results = CountedRecords(), []
    begun, release = anyio.Event(), anyio.Event()

    async def slowly() -> dict[str, int]:
        begun.set()
        await release.wait()
        return {"number": 1}

    async def call(process: Idempotency) -> None:
        results.append(await process.once(*NAME, "hash", slowly))

    async with anyio.create_task_group() as processes:
        processes.start_soon(call, Idempotency(records))
        await begun.wait()
        processes.start_soon(call, Idempotency(records))
        for _ in range(3 * MAX_CLAIMS):  # a call without a pause would look at each turn of the event loop
            await anyio.lowlevel.checkpoint()
        release.set()
    assert records.claims > 1
    assert results == [{"number": 1}] * 2


@pytest.mark.parametrize(("later", "interrupted"), [(14.9, False), (15.0, True)])
async def test_a_call_counts_as_interrupted_once_its_lease_of_15_seconds_has_ended(later: float, interrupted: bool):
    records = MemoryRecordStore()
    await records.keep(NAME, Record("hash", 1_015.0))

    async def write() -> dict[str, int]:
        raise AssertionError("the first call may have happened")

    second = Idempotency(records, clock=lambda: 1_000.0 + later)
    with anyio.move_on_after(0.01) as waiting:
        with pytest.raises(OutcomeUnknown, match="A call with this idempotency_key was interrupted"):
            await second.once(*NAME, "hash", write)
    assert waiting.cancelled_caught is not interrupted


async def test_the_lease_of_a_new_call_is_15_seconds():
    records, seen = MemoryRecordStore(), []

    async def write() -> dict[str, int]:
        seen.append(await records.find(NAME, 1_000.0))
        return {}

    await Idempotency(records, clock=lambda: 1_000.0).once(*NAME, "hash", write)
    assert seen == [Record("hash", 1_015.0)]


async def test_a_file_of_records_that_was_never_used_is_not_created_and_can_be_closed(tmp_path: Path):
    records = FileRecordStore(tmp_path / "state" / "keys.sqlite3")
    await records.aclose()
    assert names_in(tmp_path) == []
    await records.keep(NAME, Record("hash", 2e9))
    await records.aclose()
    await records.aclose()
    assert await records.find(NAME, 0.0) == Record("hash", 2e9)
    await records.aclose()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_memory_has_the_newest_ten_thousand_records():
    records = MemoryRecordStore()
    for number in range(10_001):
        await records.keep(RecordKey("p", "create", str(number)), Record("hash", 2e9))
    found = [await records.find(RecordKey("p", "create", key), 0.0) for key in ("0", "1", "10000")]
    assert found == [None, Record("hash", 2e9), Record("hash", 2e9)]


@pytest.mark.parametrize(("now", "is_found"), [(99.9, True), (100.0, False)])
@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_an_outcome_is_found_until_it_expires_and_a_running_call_always(
    tmp_path: Path, kind: str, now: float, is_found: bool
):
    records = MemoryRecordStore() if kind == "memory" else FileRecordStore(tmp_path / "keys.sqlite3")
    ended, running = Record("hash", 100.0, {"result": {}}), Record("hash", 100.0)
    await records.keep(NAME, ended)
    await records.keep(NAME._replace(key="running"), running)
    assert await records.find(NAME, now) == (ended if is_found else None)
    assert await records.find(NAME._replace(key="running"), now) == running
    new = Record("other", 200.0)
    assert await records.claim(NAME, new, now) == (ended if is_found else None)
    assert await records.claim(NAME._replace(key="running"), new, now) == running
    await records.drop(NAME._replace(key="running"))
    assert await records.find(NAME._replace(key="running"), now) is None
    await records.aclose()
