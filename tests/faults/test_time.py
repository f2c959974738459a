"""Deadlines and cancellation, with everything a call held given back (docs/reliability.md)."""

import anyio
import pytest
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Failure, OutcomeUnknown, TimedOut, Unavailable
from mcp_chassis.testing.replies import Reply, hang

GOOD = Reply(json={"id": 1})


async def test_an_address_that_nobody_answers_is_an_error_within_the_deadline(client):
    api = client("http://192.0.2.1:9", connect_timeout=0.1)
    with Deadline(3).running() as deadline, pytest.raises((Unavailable, TimedOut)):
        await api.get("/thing")
    assert not deadline.expired


async def test_a_write_that_never_found_a_connection_is_not_said_to_have_happened(client):
    api = client("http://192.0.2.1:9", connect_timeout=9)
    with Deadline(0.3).running() as deadline, pytest.raises(Failure) as caught:
        await api.post("/things", json={})
    assert caught.value.code in {"TIMEOUT", "SERVICE_UNAVAILABLE"}
    assert not deadline.expired


async def test_an_upstream_that_hangs_is_a_timeout_at_the_deadline_and_sees_the_disconnect(upstream, client):
    upstream.answers("GET /thing", hang())
    with Deadline(0.5).running() as deadline, pytest.raises(TimedOut):
        await client().get("/thing")
    assert not deadline.expired
    with anyio.fail_after(60):
        await upstream.requests[0].disconnected.wait()


async def test_a_body_that_drips_is_a_timeout_at_the_deadline(upstream, client):
    upstream.answers("GET /thing", Reply(text="[" + "1," * 5000 + "1]", drip=0.05))
    with Deadline(0.5).running() as deadline, pytest.raises(TimedOut):
        await client().get("/thing")
    assert not deadline.expired
    with anyio.fail_after(60):
        await upstream.requests[0].disconnected.wait()


async def test_a_read_timeout_is_asked_again(upstream, client):
    upstream.answers("GET /thing", hang(), GOOD)
    assert (await client(read_timeout=0.2).get("/thing")).json == {"id": 1}
    assert len(upstream.requests) == 2


async def test_100_cancelled_calls_leave_every_slot_and_connection_for_100_good_ones(upstream, client):
    upstream.answers("GET /slow", hang())
    upstream.answers("GET /thing", GOOD)
    api = client(connections=10, pool_timeout=2)
    async with anyio.create_task_group() as callers:
        for _ in range(100):
            callers.start_soon(api.get, "/slow")
        await upstream.seen(10)
        callers.cancel_scope.cancel()
    asked = len(upstream.requests)
    answers = []

    async def call() -> None:
        answers.append((await api.get("/thing")).status)

    async with anyio.create_task_group() as callers:
        for _ in range(100):
            callers.start_soon(call)
    assert answers == [200] * 100
    assert len(upstream.asked("GET /slow")) == asked
    with anyio.fail_after(60):
        for request in upstream.asked("GET /slow"):
            await request.disconnected.wait()


async def test_waiting_for_a_turn_counts_against_the_deadline_and_sends_nothing(upstream, client):
    upstream.answers("GET /thing", GOOD)
    api = client(rate=0.1)
    await api.get("/thing")
    with Deadline(0.3).running() as deadline, pytest.raises(TimedOut, match="nothing was sent"):
        await api.get("/thing")
    assert not deadline.expired
    assert len(upstream.requests) == 1


async def test_a_write_cut_off_by_the_deadline_is_an_unknown_outcome(upstream, client):
    upstream.answers("POST /things", hang())
    with Deadline(0.5).running() as deadline, pytest.raises(OutcomeUnknown, match="list_things"):
        await client().post("/things", json={"a": 1}, check="Look with list_things.")
    assert not deadline.expired
    assert len(upstream.requests) == 1


async def test_a_cancelled_write_is_not_repeated(upstream, client):
    upstream.answers("POST /things", hang())
    async with anyio.create_task_group() as callers:
        callers.start_soon(client().post, "/things")
        await upstream.seen(1)
        callers.cancel_scope.cancel()
    with anyio.fail_after(60):
        await upstream.requests[0].disconnected.wait()
    assert len(upstream.requests) == 1
