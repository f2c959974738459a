"""The same write asked twice is done once, whoever keeps the records."""

import sqlite3
from collections.abc import AsyncGenerator

import anyio
import pytest
from mcp_chassis.failures import InvalidInput, OutcomeUnknown, RateLimited, Unavailable
from mcp_chassis.storage.idempotency import Idempotency, Record, RecordKey, RecordStore
from mcp_chassis.storage.idempotency_records import FileRecordStore, MemoryRecordStore


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Writer:
    """Counts its effects."""

    def __init__(self, *fails: Exception) -> None:
        self.effects = 0
        self._fails = list(fails)

    async def __call__(self) -> dict[str, int]:
        self.effects += 1
        if self._fails:
            raise self._fails.pop(0)
        return {"number": self.effects}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "file"])
async def records(request, tmp_path) -> AsyncGenerator[RecordStore]:
    kept = MemoryRecordStore() if request.param == "memory" else FileRecordStore(tmp_path / "state" / "keys.sqlite3")
    yield kept
    await kept.aclose()


@pytest.fixture
def once(records, clock):
    return Idempotency(records, clock=clock).once


async def test_the_same_key_and_arguments_give_the_first_result_with_one_effect(once):
    write = Writer()
    results = [await once("p", "create", "k", "hash", write) for _ in range(3)]
    assert results == [{"number": 1}] * 3
    assert write.effects == 1


async def test_the_same_key_with_other_arguments_is_refused(once):
    write = Writer()
    await once("p", "create", "k", "hash", write)
    with pytest.raises(InvalidInput, match="other arguments"):
        await once("p", "create", "k", "another hash", write)
    assert write.effects == 1


@pytest.mark.parametrize("other", [("q", "create", "k"), ("p", "update", "k"), ("p", "create", "l")])
async def test_another_principal_tool_or_key_is_another_call(once, other):
    write = Writer()
    await once("p", "create", "k", "hash", write)
    assert await once(*other, "hash", write) == {"number": 2}


async def test_a_key_expires_after_24_hours(once, clock):
    write = Writer()
    await once("p", "create", "k", "hash", write)
    clock.now += 24 * 3600 - 1
    assert await once("p", "create", "k", "hash", write) == {"number": 1}
    clock.now += 2
    assert await once("p", "create", "k", "hash", write) == {"number": 2}


async def test_of_two_concurrent_calls_one_waits_for_the_other(once):
    write, begin, results = Writer(), anyio.Event(), []

    async def slowly() -> dict[str, int]:
        await begin.wait()
        return await write()

    async def call() -> None:
        results.append(await once("p", "create", "k", "hash", slowly))

    async with anyio.create_task_group() as callers:
        for _ in range(5):
            callers.start_soon(call)
        begin.set()
    assert results == [{"number": 1}] * 5


async def test_a_failure_is_not_kept(once):
    write = Writer(RateLimited("Too often."))
    with pytest.raises(RateLimited):
        await once("p", "create", "k", "hash", write)
    assert await once("p", "create", "k", "hash", write) == {"number": 2}


async def test_an_unknown_outcome_is_stored_and_a_second_call_does_not_run(once):
    write = Writer(OutcomeUnknown("The answer was lost.", details={"check": "list"}))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match=r"The answer was lost\. It may have happened") as caught:
            await once("p", "create", "k", "hash", write)
        assert caught.value.details == {"check": "list"}
    assert write.effects == 1


async def test_a_call_that_requests_input_is_not_stored(once):
    async def ask() -> None:
        return None

    assert await once("p", "create", "k", "hash", ask) is None
    assert await once("p", "create", "k", "hash", Writer()) == {"number": 1}


async def test_a_call_cancelled_while_it_runs_has_an_unknown_outcome(once):
    begun = anyio.Event()

    async def hang() -> None:
        begun.set()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as callers:
        callers.start_soon(once, "p", "create", "k", "hash", hang)
        await begun.wait()
        callers.cancel_scope.cancel()
    write = Writer()
    with pytest.raises(OutcomeUnknown, match="was interrupted"):
        await once("p", "create", "k", "hash", write)
    assert write.effects == 0


async def test_a_call_cancelled_before_it_began_leaves_no_record(once):
    write = Writer()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await once("p", "create", "k", "hash", write)
    assert write.effects == 0
    assert await once("p", "create", "k", "hash", write) == {"number": 1}


async def test_a_call_cancelled_when_its_key_was_claimed_did_not_happen(clock):
    class CancelledAfterClaim(MemoryRecordStore):
        async def claim(self, *arguments):
            claimed = await super().claim(*arguments)
            scope.cancel()
            return claimed

    scope, write = anyio.CancelScope(), Writer()
    once = Idempotency(CancelledAfterClaim(), clock=clock).once
    with scope:
        await once("p", "create", "k", "hash", write)
    assert scope.cancelled_caught
    assert write.effects == 0
    assert await once("p", "create", "k", "hash", write) == {"number": 1}


async def test_records_outlive_the_process_in_a_file_that_only_its_owner_reads(tmp_path, clock):
    path, write = tmp_path / "state" / "keys.sqlite3", Writer()
    for _ in range(2):
        records = FileRecordStore(path)
        assert await Idempotency(records, clock=clock).once("p", "create", "k", "hash", write) == {"number": 1}
        await records.aclose()
    assert write.effects == 1
    assert path.stat().st_mode & 0o077 == 0


async def test_two_processes_with_one_file_run_the_write_once(tmp_path, clock):
    path, write, begin, results = tmp_path / "keys.sqlite3", Writer(), anyio.Event(), []
    both = [FileRecordStore(path), FileRecordStore(path)]

    async def slowly() -> dict[str, int]:
        await begin.wait()
        return await write()

    async def call(records: RecordStore) -> None:
        results.append(await Idempotency(records, clock=clock).once("p", "create", "k", "hash", slowly))

    async with anyio.create_task_group() as callers:
        for records in both:
            callers.start_soon(call, records)
        begin.set()
    for records in both:
        await records.aclose()
    assert results == [{"number": 1}] * 2


async def test_a_call_that_takes_longer_than_its_lease_is_still_waited_for(tmp_path):
    path, write, results = tmp_path / "keys.sqlite3", Writer(), []
    both = [FileRecordStore(path), FileRecordStore(path)]

    async def slowly() -> dict[str, int]:
        await anyio.sleep(3)
        return await write()

    async def call(records: RecordStore) -> None:
        results.append(await Idempotency(records, lease=1).once("p", "create", "k", "hash", slowly))

    async with anyio.create_task_group() as callers:
        for records in both:
            callers.start_soon(call, records)
    for records in both:
        await records.aclose()
    assert results == [{"number": 1}] * 2


async def test_a_lease_that_is_being_renewed_when_a_call_finishes_does_not_replace_its_outcome():
    class StoreOverNetwork(MemoryRecordStore):
        """A renewal that was sent takes effect also if its caller no longer waits for it."""

        def __init__(self) -> None:
            super().__init__()
            self.renewing = anyio.Event()
            self.is_claimed = False

        async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
            found = await super().claim(name, record, now)
            self.is_claimed = True
            return found

        async def keep(self, name: RecordKey, record: Record) -> None:
            if record.outcome is None and self.is_claimed:
                self.renewing.set()
                try:
                    await anyio.sleep_forever()
                except anyio.get_cancelled_exc_class():
                    await super().keep(name, record)
                    raise
            await super().keep(name, record)

    records = StoreOverNetwork()
    once = Idempotency(records, lease=0.03).once
    write = Writer()

    async def call() -> dict[str, int]:
        await records.renewing.wait()
        return await write()

    assert await once("p", "create", "k", "hash", call) == {"number": 1}
    assert await once("p", "create", "k", "hash", call) == {"number": 1}
    assert write.effects == 1


async def test_a_process_that_died_during_a_call_leaves_an_unknown_outcome(tmp_path, clock):
    path, write = tmp_path / "keys.sqlite3", Writer()
    dead, alive = FileRecordStore(path), FileRecordStore(path)

    async def die() -> dict[str, int]:
        await dead.aclose()
        dead.keep = dead.drop = _nothing  # the process is gone: nothing is written any more
        raise RateLimited("Never told to anyone.")

    async def _nothing(*_: object) -> None:
        return None

    with pytest.raises(RateLimited):
        await Idempotency(dead, clock=clock).once("p", "create", "k", "hash", die)
    clock.now += 3600
    with pytest.raises(OutcomeUnknown, match="was interrupted"):
        await Idempotency(alive, clock=clock).once("p", "create", "k", "hash", write)
    await alive.aclose()
    assert write.effects == 0


async def test_a_file_that_cannot_be_opened_fails_before_the_call_runs(tmp_path, clock):
    (tmp_path / "file").write_text("in the way")
    write = Writer()
    with pytest.raises(Unavailable, match="idempotency"):
        await Idempotency(FileRecordStore(tmp_path / "file" / "x"), clock=clock).once("p", "create", "k", "hash", write)
    assert write.effects == 0


async def test_a_file_locked_by_another_process_works_after_it_is_unlocked(tmp_path, clock):
    path, write = tmp_path / "keys.sqlite3", Writer()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    records = FileRecordStore(path, lock_timeout=0.01)
    with pytest.raises(Unavailable):
        await Idempotency(records, clock=clock).once("p", "create", "k", "hash", write)
    other.close()
    assert await Idempotency(records, clock=clock).once("p", "create", "k", "hash", write) == {"number": 1}
    await records.aclose()


async def test_a_file_that_is_not_a_database_fails_and_is_not_changed(tmp_path, clock):
    path, write = tmp_path / "keys.sqlite3", Writer()
    path.write_bytes(b"somebody's letters" * 1_000)
    for _ in range(2):
        with pytest.raises(Unavailable, match="idempotency"):
            await Idempotency(FileRecordStore(path), clock=clock).once("p", "create", "k", "hash", write)
    assert path.read_bytes() == b"somebody's letters" * 1_000
    assert write.effects == 0


async def test_a_call_whose_stored_outcome_cannot_be_read_does_not_run_again(tmp_path, clock):
    path, write = tmp_path / "keys.sqlite3", Writer()
    records = FileRecordStore(path)
    once = Idempotency(records, clock=clock).once
    await once("p", "create", "k", "hash", write)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("UPDATE records SET outcome = '{'")
    other.close()
    with pytest.raises(Unavailable, match="idempotency"):
        await once("p", "create", "k", "hash", write)
    await records.aclose()
    assert write.effects == 1


async def test_the_number_of_records_in_memory_is_bounded(clock):
    once, write = Idempotency(MemoryRecordStore(max_records=2), clock=clock).once, Writer()
    for key in ("a", "b", "c"):
        await once("p", "create", key, "hash", write)
    assert await once("p", "create", "c", "hash", write) == {"number": 3}
    assert await once("p", "create", "a", "hash", write) == {"number": 4}
