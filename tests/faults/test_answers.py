"""Unusable and large answers: one sentence, and the process goes on (docs/reliability.md)."""

import gzip
import tracemalloc

import pytest
from mcp_chassis.failures import Failure, UpstreamError
from mcp_chassis.testing.replies import Reply, gzip_bomb

HTML = {"content-type": "text/html; charset=utf-8"}
JSON = {"content-type": "application/json"}
GZIP = {"content-encoding": "gzip"}
GOOD = Reply(json={"id": 1})


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(text='{"id": 1', headers=JSON), id="bad JSON"),
        pytest.param(Reply(text="", headers=JSON), id="no body"),
        pytest.param(Reply(text='{"id": NaN}', headers=JSON), id="NaN"),
        pytest.param(Reply(text="9" * 5_000, headers=JSON), id="a number of 5000 digits"),
        pytest.param(Reply(body=b'{"id": "\xff\xfe"}', headers=JSON), id="bad UTF-8"),
        pytest.param(Reply(text="<html><body>Sign in</body></html>", headers=HTML), id="HTML with 200"),
        pytest.param(Reply(text="[" * 100_000, headers=JSON), id="deep JSON"),
        pytest.param(Reply(text="[" * 100_000 + "]" * 100_000, headers=JSON), id="deep and whole JSON"),
        pytest.param(Reply(body=b"not gzip", headers={"content-encoding": "gzip"}), id="not gzip"),
        pytest.param(Reply(body=b"\x00", headers={"content-encoding": "br"}), id="an encoding nobody asked for"),
        pytest.param(
            Reply(body=gzip.compress(gzip.compress(b"1")), headers={"content-encoding": "gzip, gzip"}), id="2x"
        ),
        pytest.param(Reply(body=gzip.compress(b"[1]")[:-9], headers=GZIP), id="gzip cut off"),
        pytest.param(Reply(body=b"", headers=GZIP), id="gzip of nothing"),
        pytest.param(Reply(300, json={}), id="a status of no use"),
        pytest.param(Reply(304), id="unchanged, though nothing was known"),
    ],
)
async def test_an_answer_that_cannot_be_read_is_an_upstream_error_in_one_sentence(upstream, client, reply):
    upstream.answers("GET /thing", reply)
    upstream.answers("GET /good", GOOD)
    api = client()
    with pytest.raises(UpstreamError) as caught:
        _ = (await api.get("/thing")).json
    assert caught.value.code == "UPSTREAM_ERROR"
    assert caught.value.message.count(". ") == 0
    assert all(secret not in caught.value.message for secret in ("Sign in", "10.0.0.7", upstream.url))
    assert (await api.get("/good")).json == {"id": 1}


async def test_halves_of_surrogate_pairs_become_question_marks_and_whole_ones_stay(upstream, client):
    upstream.answers("GET /thing", Reply(text=r'{"half": "a\ud83d", "whole": "\ud83d\ude00"}', headers=JSON))
    assert (await client().get("/thing")).json == {"half": "a?", "whole": "😀"}


TOO_LARGE = {
    "50 MB": lambda: Reply(body=b"x" * 50_000_000),
    "declared": lambda: Reply(body=b"x" * 50_000_000, headers={"content-length": "50000000"}, drip=0),
    "gzip bomb": lambda: gzip_bomb(100_000_000),
}


@pytest.mark.parametrize("kind", TOO_LARGE)
async def test_an_answer_that_is_too_large_is_given_up_early_and_asked_for_once(upstream, client, kind):
    upstream.answers("GET /thing", TOO_LARGE[kind]())
    api = client()
    await api.aclose()
    tracemalloc.start()
    with pytest.raises(UpstreamError, match="more than 10 MiB"):
        await client().get("/thing")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 60_000_000
    assert len(upstream.requests) == 1


async def test_packed_answers_are_unpacked_in_one_part_or_several(upstream, client):
    parts = gzip.compress(b"[1, ") + gzip.compress(b"2]")
    upstream.answers("GET /thing", Reply(body=gzip.compress(b"[1, 2]"), headers=GZIP), Reply(body=parts, headers=GZIP))
    api = client()
    assert [(await api.get("/thing")).json for _ in range(2)] == [[1, 2], [1, 2]]


async def test_a_text_whose_packing_is_cut_off_is_never_taken_for_the_whole(upstream, client):
    upstream.answers("GET /diff", Reply(body=gzip.compress(b"line\n" * 10_000)[:-20], headers=GZIP))
    with pytest.raises(UpstreamError):
        await client().get("/diff")


async def test_an_answer_just_within_the_bound_is_whole(upstream, client):
    upstream.answers("GET /thing", Reply(body=b"x" * 1_000), Reply(body=b"x" * 1_001))
    api = client(max_answer_bytes=1_000)
    assert len((await api.get("/thing")).body) == 1_000
    with pytest.raises(UpstreamError, match="more than"):
        await api.get("/thing")


async def test_a_head_that_is_no_http_is_an_error_and_not_a_crash(upstream, client):
    upstream.answers("GET /thing", Reply(headers={"bad header": "x"}))
    with pytest.raises(Failure):
        await client().get("/thing")
