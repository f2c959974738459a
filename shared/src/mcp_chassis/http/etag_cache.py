"""Cache of responses with an ETag: a repeated request gets 304, which costs the upstream little."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import httpx2

from mcp_chassis.http.response import Response

OF_THE_BODY = {"content-length", "content-encoding", "transfer-encoding", "content-type"}
PER_CALL = {"traceparent", "tracestate", "x-request-id"}
"""Headers that differ between calls for the same resource."""


class ETagCache:
    """LRU cache bounded by bytes. The credential is part of the key, so that no other credential gets its responses."""

    def __init__(self, limit: int) -> None:
        from cachetools import LRUCache

        self._responses: LRUCache[bytes, Response] = LRUCache(
            limit, getsizeof=lambda response: len(response.body) + 2_000
        )

    def known(self, request: httpx2.Request) -> Response | None:
        """The cached response to the same URL with the same headers."""
        return self._responses.get(_key(request)) if request.method == "GET" else None

    def keep(self, request: httpx2.Request, answer: Response) -> None:
        """Store the response if it is a 200 with an ETag and not larger than the cache."""
        if request.method == "GET" and answer.status == 200 and "etag" in answer.headers:
            request.headers.pop("if-none-match", None)
            if self._responses.getsizeof(answer) <= self._responses.maxsize:
                self._responses[_key(request)] = answer


def unchanged(known: Response, headers: Mapping[str, str]) -> Response:
    """The cached response with the headers of a 304, such as those of the rate limit."""
    fresh = {name: value for name, value in headers.items() if name not in OF_THE_BODY}
    return replace(known, headers={**known.headers, **fresh})


def _key(request: httpx2.Request) -> bytes:
    """Digest of the URL and the headers. A digest, because the headers include the credential."""
    headers = sorted(pair for pair in request.headers.multi_items() if pair[0] not in PER_CALL)
    return hashlib.sha256(repr((str(request.url), headers)).encode()).digest()
