"""Writes: one effect, or OUTCOME_UNKNOWN (docs/reliability.md)."""

from collections import Counter
from itertools import pairwise
from random import Random

import anyio
import pytest
from mcp_chassis.failures import InvalidInput, OutcomeUnknown, PermissionDenied, RateLimited, Unavailable
from mcp_chassis.fan_out import fan_out
from mcp_chassis.http.records import Record
from mcp_chassis.testing.replies import Reply, hang
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.retry import Repeat
from volume import in_volume, volume

MADE = Reply(201, json={"id": 7})


async def test_a_post_whose_answer_never_comes_is_made_once_and_its_outcome_is_unknown(upstream, client):
    upstream.answers("POST /things", hang())
    with pytest.raises(OutcomeUnknown, match="It may have happened"):
        await client(read_timeout=0.2).post("/things", json={"a": 1})
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(201, json={"id": 7}, ending="reset"),
        Reply(201, json={"id": 7}, ending="close"),
        Reply(201, json={"id": 7}, ending="truncated"),
        Reply(201, json={"id": 7}, ending="cut chunk"),
        Reply(502),
        Reply(500, json={"message": "secret internals"}),
        Reply(502, text="<html>bad gateway</html>", headers={"content-type": "text/html"}),
        Reply(201, text="<html>captive portal</html>", headers={"content-type": "text/html"}),
    ],
)
async def test_a_post_whose_answer_is_lost_is_made_once(upstream, client, reply):
    upstream.answers("POST /things", reply)
    with pytest.raises(OutcomeUnknown) as caught:
        await client().post("/things", json={"a": 1})
    assert len(upstream.requests) == 1
    assert not caught.value.retryable
    assert "secret" not in caught.value.message


async def test_a_lost_post_that_can_be_looked_up_is_a_success_that_says_so(upstream, client):
    upstream.answers("POST /things", Reply(502))
    upstream.answers("GET /things", Reply(json=[{"id": 7, "marker": "m"}]))
    api = client()

    async def recover() -> dict[str, int]:
        return (await api.get("/things")).json[0]

    answer = await api.post("/things", json={"marker": "m"}, recover=recover)
    assert answer.recovered
    assert answer.json["id"] == 7
    assert len(upstream.asked("POST *")) == 1


async def test_a_lost_post_whose_look_up_fails_stays_unknown(upstream, client):
    upstream.answers("POST /things", Reply(502))
    upstream.answers("GET /things", Reply(404))
    api = client()

    async def recover() -> dict[str, int]:
        return (await api.get("/things")).json[0]

    with pytest.raises(OutcomeUnknown):
        await api.post("/things", json={}, recover=recover)
    assert len(upstream.asked("POST *")) == 1


async def test_a_post_that_met_a_limit_is_made_again_after_the_wait_and_has_one_effect(upstream, client):
    upstream.answers("POST /things", Reply(429, headers={"retry-after": "1"}), MADE)
    assert (await client().post("/things", json={})).json == {"id": 7}
    first, second = upstream.requests
    assert second.began - first.began >= 1.0


class Attempts:
    """An observer that says when the first attempt has ended."""

    def __init__(self) -> None:
        self.one_has_ended = anyio.Event()

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        self.one_has_ended.set()

    async def waiting(self, upstream: str, message: str) -> None:
        return None


async def test_a_post_is_made_when_the_refusing_upstream_begins_to_listen(client):
    async with ScriptedUpstream(listening=False) as late:
        late.answers("POST /things", MADE)
        attempts, answers = Attempts(), []

        async def call() -> None:
            answers.append(await client(late.url, unsent_base=0.3, observer=attempts).post("/things", json={}))

        async with anyio.create_task_group() as callers:
            callers.start_soon(call)
            await attempts.one_has_ended.wait()
            await late.listen()
        assert [answer.status for answer in answers] == [201]
        assert len(late.requests) == 1


async def test_a_post_to_an_upstream_that_never_listens_is_unavailable_and_not_unknown(client):
    async with ScriptedUpstream(listening=False) as dead:
        with pytest.raises(Unavailable):
            await client(dead.url).post("/things", json={})


async def test_a_change_that_may_be_doubled_is_repeated_once_and_no_more(upstream, client):
    upstream.answers("PATCH /things/1", Reply(502), Reply(502), MADE)
    with pytest.raises(OutcomeUnknown, match="again safely"):
        await client().patch("/things/1", json={"a": 1})
    assert len(upstream.requests) == 2


async def test_a_change_that_may_be_doubled_succeeds_at_its_second_request(upstream, client):
    upstream.answers("PATCH /things/1", Reply(ending="reset"), MADE)
    assert (await client().patch("/things/1", json={"a": 1})).status == 201
    assert len(upstream.requests) == 2


async def test_a_lost_change_that_is_then_refused_is_refused(upstream, client):
    upstream.answers("DELETE /things/1", Reply(502), Reply(404))
    with pytest.raises(Exception, match="nothing there"):
        await client().delete("/things/1")


async def test_a_post_that_only_reads_is_repeated_like_a_read(upstream, client):
    upstream.answers("POST /search", Reply(502), Reply(json=[]))
    assert (await client().post("/search", json={}, repeat=Repeat.READ)).json == []
    assert len(upstream.requests) == 2


async def test_writes_of_a_serial_lane_never_overlap(upstream, client):
    upstream.answers("POST /things", Reply(201, json={}, delay=0.01))
    api = client(rate_limits={"writes": RateLimit(1000, max_concurrent=1)})
    async with anyio.create_task_group() as callers:
        for _ in range(10):
            callers.start_soon(lambda: api.post("/things", json={}, rate_limit="writes"))
    assert len(upstream.requests) == 10
    assert upstream.most_at_once() == 1


async def test_posts_of_one_lane_are_evenly_spaced_and_other_lanes_do_not_wait(upstream, client):
    upstream.answers("POST /posts/*", Reply(201, json={}))
    api = client(rate_limits={"posts": RateLimit(1, 0.3, burst=False)})
    async with anyio.create_task_group() as callers:
        for channel in ("C1", "C2") * 3:
            callers.start_soon(lambda at=channel: api.post("/posts/{at}", {"at": at}, rate_limit=f"posts:{at}"))
    for channel in ("C1", "C2"):
        began = [request.began for request in upstream.asked(f"POST /posts/{channel}")]
        assert min(later - earlier for earlier, later in pairwise(began)) >= 0.2


@in_volume
async def test_writes_whose_answers_are_often_lost_have_no_double_effect(upstream, client):
    count = volume(1_000, share=0.25)
    dice, effects = Random(7), Counter[int]()
    lost = ["reset", "close", "truncated", "cut chunk"]

    def act(request: Request) -> Reply:
        if dice.random() < 0.02:
            return Reply(429, headers={"retry-after": "0.01"})
        effects[request.json["number"]] += 1
        if dice.random() < 0.3:
            return Reply(dice.choice([500, 502, 503]))
        return Reply(201, json={}, ending=dice.choice(lost) if dice.random() < 0.5 else "whole")

    upstream.answers("POST /things", act)
    api, told = client(), Counter[str]()

    async def write(number: int) -> None:
        try:
            await api.post("/things", json={"number": number})
            told["made"] += 1
        except OutcomeUnknown:
            told["unknown"] += 1
        except RateLimited:
            told["refused"] += 1

    outcomes = await fan_out(range(count), write, max_concurrent=20)
    assert [outcome.failure for outcome in outcomes if outcome.failure] == []
    assert max(effects.values()) == 1
    assert told.total() == count
    assert told["made"] + told["unknown"] == len(effects)
    assert min(told["made"], told["unknown"]) > count / 5


class Made(Record):
    id: int
    url: str = ""


@pytest.mark.parametrize(
    "reply",
    [
        *(Reply(201, json=body) for body in ([], {}, None, {"id": None}, {"id": "7"}, {"url": "x"}, "made", 7)),
        Reply(202),
        Reply(202, json={"status": "queued"}),
        Reply(204),
        Reply(201, text="", headers={"content-type": "application/json"}),
        Reply(200, text="<html>captive portal</html>", headers={"content-type": "text/html"}),
        Reply(200, text="OK", headers={"content-type": "text/plain"}),
    ],
    ids=str,
)
async def test_a_success_that_does_not_prove_the_write_is_an_unknown_outcome_and_made_once(upstream, client, reply):
    upstream.answers("POST /things", reply)
    with pytest.raises(OutcomeUnknown, match="does not confirm it"):
        await client().post("/things", json={"a": 1}, proof=Made)
    assert len(upstream.requests) == 1


async def test_a_success_without_proof_is_looked_up_as_a_lost_answer_is(upstream, client):
    upstream.answers("POST /things", Reply(201, json={}))

    async def recover() -> dict[str, int]:
        return {"id": 7}

    answer = await client().post("/things", json={"a": 1}, proof=Made, recover=recover)
    assert (answer.recovered, answer.record(Made, operation="make the thing").id) == (True, 7)


async def test_a_write_whose_answer_proves_it_is_a_success_whatever_else_is_odd(upstream, client):
    upstream.answers("POST /things", Reply(201, json={"id": 7, "url": None, "user": []}))
    answer = await client().post("/things", json={"a": 1}, proof=Made)
    assert answer.record(Made, operation="make the thing") == Made(7)


@pytest.mark.parametrize("status", [404, 409, 410, 412])
async def test_a_lost_deletion_that_finds_nothing_when_it_is_repeated_has_an_unknown_outcome(upstream, client, status):
    upstream.answers("DELETE /things/1", Reply(ending="reset"), Reply(status))
    with pytest.raises(OutcomeUnknown, match="can be made again safely"):
        await client().delete("/things/1")
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("status", [400, 403, 422])
async def test_a_refusal_that_holds_for_every_attempt_is_told_as_one(upstream, client, status):
    upstream.answers("DELETE /things/1", Reply(ending="reset"), Reply(status))
    with pytest.raises((InvalidInput, PermissionDenied)):
        await client().delete("/things/1")
    assert len(upstream.requests) == 2
