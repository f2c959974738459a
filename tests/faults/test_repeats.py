"""Repeated reads: their number, their intervals and the end of an outage (docs/reliability.md)."""

import json
from contextlib import suppress
from random import Random

import anyio
import pytest
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Failure, Unavailable
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream

GOOD = Reply(json={"id": 1})


async def test_a_read_that_meets_one_503_succeeds_at_the_second_request(upstream, client):
    upstream.answers("GET /thing", Reply(503), GOOD)
    assert (await client().get("/thing")).json == {"id": 1}
    assert len(upstream.requests) == 2


async def test_a_read_that_meets_503_for_ever_asks_three_times_and_says_that_the_service_is_unavailable(
    upstream, client
):
    upstream.answers("GET /thing", Reply(503))
    with Deadline(5).running() as deadline, pytest.raises(Unavailable, match="Acme"):
        await client().get("/thing")
    assert len(upstream.requests) == 3
    assert not deadline.expired


@pytest.mark.parametrize("ending", ["reset", "close", "truncated", "cut chunk"])
async def test_a_read_whose_answer_breaks_off_is_asked_again_and_never_read_in_half(upstream, client, ending):
    whole = json.dumps([{"id": number} for number in range(1000)])
    upstream.answers("GET /things", Reply(text=whole, ending=ending), Reply(text=whole))
    assert len((await client().get("/things")).json) == 1000
    assert len(upstream.requests) == 2


async def test_an_answer_shorter_than_it_says_is_never_taken_for_the_whole(upstream, client):
    upstream.answers("GET /thing", Reply(text="[1]  ", headers={"content-length": "3000"}, ending="truncated"))
    with pytest.raises(Failure) as caught:
        await client().get("/thing")
    assert caught.value.wire()["code"] == "UPSTREAM_ERROR"
    assert caught.value.retryable


async def test_of_100_calls_against_30_percent_errors_95_succeed_within_160_requests(upstream, client):
    dice = Random(4)
    upstream.answers("GET /thing", lambda _: Reply(503) if dice.random() < 0.3 else GOOD)
    api, good = client(rng=Random(1)), 0
    for _ in range(100):
        with suppress(Unavailable):
            good += (await api.get("/thing")).status == 200
    assert good >= 95
    assert len(upstream.requests) <= 160


async def test_the_gaps_between_repeats_differ(upstream, client):
    upstream.answers("GET /thing", Reply(503))
    api = client(rng=Random(3), retry_base=0.05)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await api.get("/thing")
    began = [request.began for request in upstream.requests]
    gaps = [began[place + 1] - began[place] for place in (0, 1, 3, 4, 6, 7)]
    assert len({round(gap, 3) for gap in gaps}) >= 4


async def test_200_callers_of_a_dead_upstream_ask_at_most_300_times_and_find_it_when_it_is_back(upstream, client):
    upstream.answers("GET /thing", Reply(503))
    api, failures = client(breaker_open=0.2), []

    async def call() -> None:
        try:
            await api.get("/thing")
        except Failure as failure:
            failures.append(failure)

    async with anyio.create_task_group() as callers:
        for _ in range(200):
            callers.start_soon(call)
    assert len(failures) == 200
    assert {failure.code for failure in failures} == {"SERVICE_UNAVAILABLE"}
    assert len(upstream.requests) <= 300
    upstream.answers("GET /thing", GOOD)
    await anyio.sleep(api.upstream.breaker.refuses_for())
    assert [(await api.get("/thing")).status for _ in range(3)] == [200, 200, 200]


async def test_an_open_breaker_dismisses_those_who_wait_for_their_turn(upstream, client):
    upstream.answers("GET /thing", Reply(503))
    api, failures = client(rate=30, retry_attempts=1, breaker_open=60), []

    async def call() -> None:
        with pytest.raises(Unavailable) as caught:
            await api.get("/thing")
        failures.append(caught.value)

    async with anyio.create_task_group() as callers:
        for _ in range(200):
            callers.start_soon(call)
    assert len(upstream.requests) < 100
    assert len(failures) == 200


async def test_a_dead_upstream_leaves_another_alone(upstream, client):
    async with ScriptedUpstream(listening=False) as dead:
        upstream.answers("GET /thing", GOOD)
        broken, healthy = client(dead.url), client()
        async with anyio.create_task_group() as callers:

            async def fail() -> None:
                with pytest.raises(Unavailable):
                    await broken.get("/thing")

            for _ in range(30):
                callers.start_soon(fail)
            assert [(await healthy.get("/thing")).status for _ in range(20)] == [200] * 20
    assert len(upstream.requests) == 20


async def test_an_upstream_that_goes_away_and_comes_back_is_found_again(upstream, client):
    upstream.answers("GET /thing", GOOD)
    api = client()
    assert (await api.get("/thing")).status == 200
    await upstream.refuse()
    with pytest.raises(Unavailable, match="could not be reached"):
        await api.get("/thing")
    await upstream.listen()
    assert (await api.get("/thing")).status == 200


async def test_a_connection_that_the_upstream_closed_meanwhile_costs_no_call(upstream, client):
    upstream.answers("POST /things", Reply(201, json={}))
    api = client()
    for _ in range(20):
        assert (await api.post("/things", json={})).status == 201
        await upstream.refuse()
        await upstream.listen()
    assert len(upstream.requests) == 20
