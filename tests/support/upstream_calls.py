"""Calls of an upstream whose clock a test turns by hand, and attempts that fail as they are told."""

import anyio.lowlevel
from mcp_chassis.failures import Effect, Failure, Unavailable


class Clock:
    """Moves when somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await anyio.lowlevel.checkpoint()


class Attempts:
    """Fails as told, then succeeds."""

    def __init__(self, *failures: Failure) -> None:
        self.made = 0
        self._failures = list(failures)

    async def __call__(self) -> str:
        self.made += 1
        if self._failures:
            raise self._failures.pop(0)
        return "done"


class Listener:
    def __init__(self) -> None:
        self.attempts: list[tuple[str, str]] = []
        self.seconds: list[float] = []
        self.messages: list[str] = []

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        self.attempts.append((upstream, outcome))
        self.seconds.append(seconds)

    async def waiting(self, upstream: str, message: str) -> None:
        self.messages.append(message)

    async def announce(self, level: str, message: str) -> None:
        self.messages.append(f"{level}: {message}")


def down(effect: Effect = Effect.AMBIGUOUS, told: float | None = None) -> Unavailable:
    return Unavailable("Down.", effect=effect, retry_after_seconds=told)
