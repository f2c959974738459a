"""Rate limits of upstreams: waits, refusals and shared knowledge of resets (docs/reliability.md)."""

import time
from email.utils import formatdate
from itertools import pairwise

import anyio
import pytest
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Effect, Failure, PermissionDenied, RateLimited, Unavailable
from mcp_chassis.http.response import Response
from mcp_chassis.http.retry_after import seconds_until
from mcp_chassis.testing.replies import Reply
from mcp_chassis.upstream.rate_limits import RateLimit

GOOD = Reply(json={"id": 1})


class Listener:
    """An observer that notes when somebody begins to wait."""

    def __init__(self) -> None:
        self.heard_waiting = anyio.Event()

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        return None

    async def waiting(self, upstream: str, message: str) -> None:
        self.heard_waiting.set()


def limited(**headers: str) -> Reply:
    return Reply(429, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_a_wait_of_two_seconds_is_kept(upstream, client):
    upstream.answers("GET /thing", limited(retry_after="2"), GOOD)
    await client(retry_base_limited=1).get("/thing")
    first, second = upstream.requests
    assert 2.0 <= second.began - first.began < 8


async def test_a_wait_told_as_a_date_is_kept_by_the_upstreams_own_clock(upstream, client):
    theirs = time.time() - 5_000
    told = limited(retry_after=formatdate(theirs + 2, usegmt=True), date=formatdate(theirs, usegmt=True))
    upstream.answers("GET /thing", told, GOOD)
    await client().get("/thing")
    first, second = upstream.requests
    assert 1.0 <= second.began - first.began < 8


@pytest.mark.parametrize("junk", ["soon", "-5", "", "0", "1e400", "nan", "Thu, 99 Foo 9999 99:99:99 GMT", "٣", None])
async def test_a_junk_wait_neither_crashes_nor_makes_a_hot_loop(upstream, client, junk):
    upstream.answers(
        "GET /thing",
        limited() if junk is None else Reply(429, headers=[("retry-after", junk.encode().decode("latin-1"))]),
    )
    with pytest.raises(RateLimited) as caught:
        await client(retry_base_limited=0.1).get("/thing")
    assert len(upstream.requests) == 3
    began = [request.began for request in upstream.requests]
    assert all(later - earlier >= 0.01 for earlier, later in pairwise(began))
    assert caught.value.wire()["retry_after_seconds"] == 60


async def test_a_wait_longer_than_the_deadline_is_told_at_once(upstream, client):
    upstream.answers("GET /thing", limited(retry_after="3600"))
    with Deadline(30).running() as deadline, pytest.raises(RateLimited, match="Wait 3600 s") as caught:
        await client().get("/thing")
    assert deadline.remaining() > 28
    assert len(upstream.requests) == 1
    assert caught.value.wire()["retry_after_seconds"] == 3600


async def test_a_503_that_tells_a_wait_is_asked_again_after_it(upstream, client):
    upstream.answers("GET /thing", Reply(503, headers={"retry-after": "1"}), GOOD)
    await client().get("/thing")
    first, second = upstream.requests
    assert second.began - first.began >= 1.0


async def test_a_503_that_tells_a_long_wait_says_how_long(upstream, client):
    upstream.answers("GET /thing", Reply(503, headers={"retry-after": "120"}))
    with pytest.raises(Unavailable) as caught:
        await client().get("/thing")
    assert len(upstream.requests) == 1
    assert caught.value.wire()["retry_after_seconds"] == 120


async def test_after_a_far_reset_is_learned_20_parallel_calls_ask_nothing(upstream, client):
    upstream.answers("GET /thing", limited(retry_after="3600"))
    api, failures = client(), []
    with pytest.raises(RateLimited):
        await api.get("/thing")

    async def call() -> None:
        with pytest.raises(RateLimited) as caught:
            await api.get("/thing")
        failures.append(caught.value)

    async with anyio.create_task_group() as callers:
        for _ in range(20):
            callers.start_soon(call)
    assert len(upstream.requests) == 1
    assert {failure.retry_after_seconds for failure in failures} <= {3599, 3600}


async def test_a_limit_of_one_lane_leaves_the_others_open_unless_it_is_shared(upstream, client):
    upstream.answers("GET /search", limited(retry_after="3600"))
    upstream.answers("POST /things", limited(retry_after="3600"))
    upstream.answers("GET /thing", GOOD)
    api = client(rate_limits={"search": RateLimit(100), "writes": RateLimit(100, shares_limit=True)})
    with pytest.raises(RateLimited):
        await api.get("/search", rate_limit="search")
    assert (await api.get("/thing")).json == {"id": 1}
    with pytest.raises(RateLimited):
        await api.post("/things", rate_limit="writes")
    with pytest.raises(RateLimited):
        await api.get("/thing")


async def test_calls_wait_for_a_near_reset_that_another_call_has_learned(upstream, client):
    upstream.answers("GET /thing", limited(retry_after="1"), GOOD)
    listener, answers = Listener(), []
    api = client(observer=listener)

    async def call() -> None:
        answers.append((await api.get("/thing")).json)

    async with anyio.create_task_group() as callers:
        callers.start_soon(call)
        await listener.heard_waiting.wait()
        callers.start_soon(call)
    first, *others = upstream.requests
    assert answers == [{"id": 1}] * 2
    assert all(other.began - first.began >= 1.0 for other in others)


def limit_of(answer: Response) -> Failure | None:
    """A limit told by headers of the API's own, as some do with 403."""
    if answer.status == 403 and answer.headers.get("x-left") == "0":
        wait = seconds_until(float(answer.headers["x-reset"]), answer.headers)
        return RateLimited("Acme's limit is used up.", retry_after_seconds=wait, effect=Effect.REJECTED)
    return None


async def test_a_limit_told_in_the_apis_own_way_is_waited_for_by_the_upstreams_clock(upstream, client):
    theirs = int(time.time()) + 90_000
    told = {"x-left": "0", "x-reset": str(theirs + 2), "date": formatdate(theirs, usegmt=True)}
    upstream.answers("GET /thing", Reply(403, headers=told), GOOD)
    assert (await client(failure_for=limit_of).get("/thing")).json == {"id": 1}
    first, second = upstream.requests
    assert 2.0 <= second.began - first.began < 8


async def test_a_refusal_that_is_no_limit_stays_a_refusal(upstream, client):
    upstream.answers("GET /thing", Reply(403, headers={"x-left": "12"}))
    with pytest.raises(PermissionDenied):
        await client(failure_for=limit_of).get("/thing")
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 422, 409, 410, 400])
async def test_a_definite_answer_is_asked_for_once(upstream, client, status):
    upstream.answers("GET /thing", Reply(status, json={"message": "internal detail"}))
    with pytest.raises(Failure) as caught:
        await client().get("/thing")
    assert len(upstream.requests) == 1
    assert not caught.value.retryable
    assert "internal detail" not in caught.value.message
    assert upstream.url not in caught.value.message


async def test_a_repeated_question_is_asked_by_its_etag_and_answered_from_memory(upstream, client):
    upstream.answers("GET /thing", Reply(json={"id": 1}, headers={"etag": '"a"'}), Reply(304, headers={"x-left": "7"}))
    api = client()
    first, second = [await api.get("/thing") for _ in range(2)]
    assert "if-none-match" not in upstream.requests[0].headers
    assert upstream.requests[1].headers["if-none-match"] == '"a"'
    assert second.json == first.json == {"id": 1}
    assert second.headers["x-left"] == "7"


async def test_one_credential_never_sees_what_another_was_told_under_an_etag(upstream, client):
    upstream.answers("GET /thing", Reply(json={"id": 1}, headers={"etag": '"a"'}))
    token = ["one"]
    api = client(headers=lambda: {"authorization": token[0]})
    await api.get("/thing")
    token[0] = "two"
    await api.get("/thing")
    assert "if-none-match" not in upstream.requests[1].headers


async def test_a_changed_answer_replaces_the_one_kept_by_its_etag(upstream, client):
    upstream.answers(
        "GET /thing",
        Reply(json={"id": 1}, headers={"etag": '"a"'}),
        Reply(json={"id": 2}, headers={"etag": '"b"'}),
        Reply(304),
    )
    api = client()
    assert [(await api.get("/thing")).json["id"] for _ in range(3)] == [1, 2, 2]
    assert upstream.requests[2].headers["if-none-match"] == '"b"'


async def test_answers_kept_by_etag_are_bounded(upstream, client):
    upstream.answers("GET /things/*", Reply(text="x" * 3_000, headers={"etag": '"a"'}))
    api = client(etag_bytes=20_000)
    for number in [*range(10), 9, 0]:
        await api.get("/things/{n}", {"n": number})
    assert "if-none-match" in upstream.requests[10].headers
    assert "if-none-match" not in upstream.requests[11].headers
