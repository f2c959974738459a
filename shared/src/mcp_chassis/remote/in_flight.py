"""Requests and listen streams that are open in this process, counted per principal and in all."""

import contextlib
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass

import anyio


@dataclass(frozen=True)
class Caps:
    """Maximum numbers of what may be open at the same time: in total, and for one principal."""

    total: int
    per_principal: int


class OpenCount:
    """Number of requests or streams that are open, in total and for each principal."""

    def __init__(self) -> None:
        self.count = 0
        self._by_principal: Counter[str] = Counter()

    def of(self, principal: str) -> int:
        """The number that one principal has open."""
        return self._by_principal[principal]

    def fits(self, principal: str, caps: Caps) -> bool:
        """Whether one more of this principal stays within both limits."""
        return self.count < caps.total and self.of(principal) < caps.per_principal

    @contextlib.contextmanager
    def holding(self, principal: str) -> Generator[None]:
        """Count one more for a principal while the block runs."""
        self.count += 1
        self._by_principal[principal] += 1
        try:
            yield
        finally:
            self.count -= 1
            self._by_principal[principal] -= 1
            if not self._by_principal[principal]:
                del self._by_principal[principal]


class InFlightRequests:
    """Requests in flight, open listen streams, counts of HTTP responses, and whether the server is draining."""

    def __init__(self) -> None:
        self.draining = False
        self.requests = OpenCount()
        self.streams = OpenCount()
        self.begun = 0
        self.overloads: list[Callable[[], bool]] = []
        self.answers: Counter[tuple[str, int]] = Counter()
        self.tasks: list[Callable[[], int]] = []
        self._scopes: set[anyio.CancelScope] = set()

    @property
    def count(self) -> int:
        """Number of requests in flight, without listen streams."""
        return self.requests.count

    @property
    def task_count(self) -> int:
        """Number of tasks that run in this process, without those that wait for input."""
        return sum(count() for count in self.tasks)

    def is_overloaded(self) -> bool:
        """Whether a new call would be refused because a limit of the process is reached."""
        return any(is_over() for is_over in self.overloads)

    @contextlib.contextmanager
    def cancellable(self) -> Generator[anyio.CancelScope]:
        """A scope that `cancel_all` cancels."""
        self.begun += 1
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield scope
            finally:
                self._scopes.discard(scope)

    def cancel_all(self) -> None:
        """Cancel the requests still in flight, so that each gets an error as its response."""
        for scope in list(self._scopes):
            scope.cancel()
