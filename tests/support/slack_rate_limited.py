"""A Slack of many channels and people that keeps its published limit by a clock which nobody has to wait for."""

import math
from collections import Counter, deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx2

LIST_CALLS_PER_MINUTE = 20
PAGE_SIZE = 999


class ManualClock:
    """Seconds that only grow, by being slept through."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class CrowdedSlack(httpx2.AsyncBaseTransport):
    """Answers of the list methods, as many a minute as Slack allows; exact look-ups beside them."""

    def __init__(self, clock: Callable[[], float], *, channels: int, people: int) -> None:
        self.requests: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._clock = clock
        self._channels = channels
        self._people = people
        self._listed: dict[str, deque[float]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        method = request.url.path.rpartition("/")[2]
        given = dict(parse_qsl((await request.aread()).decode()))
        if method.endswith(".list") and (wait := self._wait(method)) > 0:
            self.refused[method] += 1
            headers = {"Retry-After": str(math.ceil(wait))}
            return httpx2.Response(429, json={"ok": False, "error": "ratelimited"}, headers=headers)
        self.requests[method] += 1
        return httpx2.Response(200, json={"ok": True, **self._answer(method, given)})

    def _wait(self, method: str) -> float:
        recent = self._listed.setdefault(method, deque())
        while recent and recent[0] <= self._clock() - 60:
            recent.popleft()
        if len(recent) >= LIST_CALLS_PER_MINUTE:
            return recent[0] + 60 - self._clock()
        recent.append(self._clock())
        return 0

    def _answer(self, method: str, given: dict[str, str]) -> dict[str, Any]:
        if method == "users.list":
            return self._page("members", self._people, person, given)
        if method == "conversations.list":
            return self._page("channels", self._channels, channel, given)
        if method == "users.info":
            return {"user": person(int(given["user"][1:]))}
        if method == "users.lookupByEmail":
            return {"user": person(int(given["email"].partition("@")[0].removeprefix("person")))}
        return {"channel": channel(int(given["channel"][1:]))}

    def _page(
        self, key: str, total: int, make: Callable[[int], dict[str, Any]], given: dict[str, str]
    ) -> dict[str, Any]:
        begin = int(given.get("cursor") or 0)
        end = min(begin + int(given.get("limit", PAGE_SIZE)), total)
        following = str(end) if end < total else ""
        items = [make(number) for number in range(begin, end)]
        return {key: items, "response_metadata": {"next_cursor": following}}


def person(number: int) -> dict[str, Any]:
    return {"id": f"U{number:08d}", "name": f"person{number}", "profile": {"real_name": f"Person No {number}"}}


def channel(number: int) -> dict[str, Any]:
    return {"id": f"C{number:08d}", "name": f"channel-{number}", "is_member": False}
