"""The cache of responses with an ETag: for which requests, which responses, and what a 304 changes."""

import httpx2
import pytest
from mcp_chassis.http.etag_cache import ETagCache, unchanged
from mcp_chassis.http.response import Response


def asked(method: str = "GET", url: str = "https://acme.test/t", **headers: str) -> httpx2.Request:
    return httpx2.Request(method, url, headers={name.replace("_", "-"): value for name, value in headers.items()})


def tagged(size: int = 2, status: int = 200, **headers: str) -> Response:
    return Response("Acme", status, {"etag": '"1"', **headers}, b"x" * size)


def test_a_response_is_cached_for_the_same_url_and_credential() -> None:
    cache, answer = ETagCache(10_000), tagged()
    cache.keep(asked(authorization="a", if_none_match='"0"'), answer)
    assert cache.known(asked(authorization="a")) is answer
    assert cache.known(asked(authorization="a", x_request_id="2", traceparent="3", tracestate="4")) is answer
    assert cache.known(asked(authorization="b")) is None
    assert cache.known(asked("HEAD", authorization="a")) is None
    assert cache.known(asked(url="https://acme.test/u", authorization="a")) is None


@pytest.mark.parametrize(
    ("method", "answer", "cached"),
    [
        ("GET", tagged(size=8000), True),
        ("GET", tagged(size=8001), False),
        ("GET", tagged(status=201), False),
        ("GET", Response("Acme", 200, {}, b""), False),
        ("POST", tagged(), False),
    ],
)
def test_only_a_success_of_get_with_an_etag_that_fits_is_cached(method: str, answer: Response, cached: bool) -> None:
    cache = ETagCache(10_000)
    cache.keep(asked(method), answer)
    assert (cache.known(asked()) is not None) is cached


def test_an_unchanged_response_has_the_new_headers_except_those_of_its_body() -> None:
    known = tagged(**{"content-type": "application/json", "x-left": "9", "content-length": "2"})
    changed = {"x-left": "8", "content-length": "0", "content-encoding": "gzip", "content-type": "text/html"}
    found = unchanged(known, {**changed, "transfer-encoding": "chunked"})
    assert found.body == known.body
    assert found.headers == {"etag": '"1"', "content-type": "application/json", "x-left": "8", "content-length": "2"}
