"""A search API with a dozen made-up pages, in place of a commercial one.

SEARCH_API_KEY=... python examples/web-search/backend.py
"""

import hmac
import os
import sys
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LOOPBACK, PORT = "127.0.0.1", 8401
MOST = 20
SUBJECTS = ("tides", "bread", "violins", "glaciers", "bees", "maps")
PAGES = [
    {
        "title": f"{subject.capitalize()}, {kind}",
        "url": f"https://{region}.example.com/{subject}/{kind}",
        "snippet": f"What is known of {subject}: {kind}.",
        "region": region.upper(),
        "score": 1.0,
    }
    for subject in SUBJECTS
    for kind, region in (("an introduction", "gb"), ("a history", "fr"))
]


def application(key: str) -> Starlette:
    """Build the API, which requires `key` in the header X-API-Key."""

    async def search(request: Request) -> JSONResponse:
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), key.encode()):
            return _refused(401, "The key is wrong.")
        words = request.query_params.get("q", "").lower().split()
        count = request.query_params.get("count", "5")
        if not words or not count.isdecimal() or not 1 <= int(count) <= MOST:
            return _refused(400, "q and a count of 1 to 20 are needed.")
        found = _found(words, request.query_params.get("region"))
        return JSONResponse({"web": {"results": found[: int(count)]}, "took_ms": 1})

    return Starlette(routes=[Route("/search", search)])


def _found(words: list[str], region: str | None) -> list[dict[str, Any]]:
    in_region = [page for page in PAGES if region is None or page["region"] == region.upper()]
    return [page for page in in_region if any(word in f"{page['title']} {page['snippet']}".lower() for word in words)]


def _refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message}}, status)


def main() -> int:
    key = os.environ.get("SEARCH_API_KEY")
    if not key:
        sys.stderr.write("Set SEARCH_API_KEY to the key that callers must bring.\n")
        return 2
    import uvicorn

    uvicorn.run(application(key), host=LOOPBACK, port=PORT, log_level="warning")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
