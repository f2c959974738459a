"""Answers kept by their ETag, so that a repeated question costs the upstream nothing."""

from collections.abc import Mapping
from dataclasses import replace

import httpx2

from mcp_chassis.http.response import Response

NOT_CONTENT = {"content-length", "content-encoding", "transfer-encoding", "content-type"}
ABOUT_THE_CALL = {"traceparent", "tracestate", "x-request-id"}
"""What differs between calls without making another question of it."""


class ETagCache:
    """Bounded by bytes; what one credential was told is never given to another."""

    def __init__(self, limit: int) -> None:
        from cachetools import LRUCache

        self._kept: LRUCache[object, Response] = LRUCache(limit, getsizeof=lambda answer: len(answer.body) + 2_000)

    def known(self, request: httpx2.Request) -> Response | None:
        """What the same question was answered, asked with the same headers; the credential is one of them."""
        return self._kept.get(_key(request)) if request.method == "GET" else None

    def keep(self, request: httpx2.Request, answer: Response) -> None:
        """Keep a 200 that carries an ETag; one larger than everything kept together is not."""
        if request.method == "GET" and answer.status == 200 and "etag" in answer.headers:
            request.headers.pop("if-none-match", None)
            if self._kept.getsizeof(answer) <= self._kept.maxsize:
                self._kept[_key(request)] = answer


def unchanged(known: Response, headers: Mapping[str, str]) -> Response:
    """The known answer under the headers of a 304, which tell the limits of now."""
    fresh = {name: value for name, value in headers.items() if name not in NOT_CONTENT}
    return replace(known, headers={**known.headers, **fresh})


def _key(request: httpx2.Request) -> object:
    """The whole question, hashed: no credential is kept as it is."""
    headers = sorted(pair for pair in request.headers.multi_items() if pair[0] not in ABOUT_THE_CALL)
    return hash((str(request.url), tuple(headers)))
