"""GitHub's limits, and the faults a test can ask for."""

import math
import random
import re
from dataclasses import dataclass, field
from typing import Literal

from github_wire import Answer, Refusal, Request
from github_world import World

Manner = Literal["answer", "reset", "close", "hang", "cut", "drip"]
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID."
)


@dataclass
class Bucket:
    limit: int
    window: float
    remaining: int = -1
    reset: float = 0.0

    def shape(self) -> dict[str, int]:
        left = self.limit if self.remaining < 0 else self.remaining
        return {"limit": self.limit, "remaining": left, "reset": int(self.reset), "used": self.limit - left}


@dataclass
class Limits:
    """The primary limit of each resource per person; `spent` empties one by hand."""

    world: World
    buckets: dict[tuple[str | None, str], Bucket] = field(default_factory=dict)

    def bucket(self, login: str | None, resource: str) -> Bucket:
        known = {
            "core": (5000 if login else 60, 3600.0),
            "search": (30 if login else 10, 60.0),
            "code_search": (10, 60.0),
        }
        limit, window = known[resource]
        bucket = self.buckets.setdefault((login, resource), Bucket(limit, window))
        if bucket.remaining < 0 or self.world.clock() >= bucket.reset:
            bucket.remaining, bucket.reset = bucket.limit, math.ceil(self.world.clock() + bucket.window)
        return bucket

    def spent(self, login: str | None, resource: str = "core", *, resets_in: float, remaining: int = 0) -> None:
        bucket = self.bucket(login, resource)
        bucket.remaining, bucket.reset = remaining, math.ceil(self.world.clock() + resets_in)

    def headers(self, login: str | None, resource: str) -> dict[str, str]:
        shape = self.bucket(login, resource).shape()
        names = {f"X-RateLimit-{name.capitalize()}": str(value) for name, value in shape.items()}
        return {**names, "X-RateLimit-Resource": resource}

    def take(self, login: str | None, resource: str) -> None:
        bucket = self.bucket(login, resource)
        if bucket.remaining == 0:
            who = f"user ID {login}" if login else "203.0.113.7"
            raise Refusal(403, f"API rate limit exceeded for {who}.")
        bucket.remaining -= 1

    def give_back(self, login: str | None, resource: str) -> None:
        self.bucket(login, resource).remaining += 1


def resource_of(path: str) -> str:
    if path == "/search/code":
        return "code_search"
    return "search" if path.startswith("/search/") else "core"


@dataclass
class Fault:
    """What goes wrong with requests that match; `acts` tells whether the request takes effect all the same."""

    method: str
    path: re.Pattern[str]
    manner: Manner
    answer: Answer
    acts: bool
    times: int
    share: float
    chance: random.Random
    holding: bytes = b""

    def strikes(self, request: Request) -> bool:
        matches = self.times > 0 and request.method == self.method and self.path.fullmatch(request.path)
        if not matches or self.holding not in request.body or self.chance.random() >= self.share:
            return False
        self.times -= 1
        return True
