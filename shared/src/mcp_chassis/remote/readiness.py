"""Whether what the servers stand on can be reached, asked often and found out rarely."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from mcp_chassis.failures import Failure
from mcp_chassis.server import Probe

KEPT = 10.0
PATIENCE = 5.0
Ask = Callable[[], Awaitable[Sequence[Probe]]]


class Readiness:
    """Probes of several servers; anyone may ask, so the answer is kept for ten seconds.

    Args:
        asked: by the server's name.
        clock: seconds, monotonic.
        patience: seconds one probe may take before it counts as failed.
    """

    def __init__(
        self, asked: Mapping[str, Ask], clock: Callable[[], float] = time.monotonic, patience: float = PATIENCE
    ) -> None:
        self._asked = asked
        self._clock = clock
        self._patience = patience
        self._lock = asyncio.Lock()
        self._until = float("-inf")
        self._probes: list[Probe] = []

    async def __call__(self) -> Sequence[Probe]:
        async with self._lock:
            if self._clock() >= self._until:
                found = await asyncio.gather(*(self._probe(name, ask) for name, ask in self._asked.items()))
                self._probes = [probe for probes in found for probe in probes]
                self._until = self._clock() + KEPT
        return self._probes

    async def _probe(self, name: str, ask: Ask) -> Sequence[Probe]:
        try:
            async with asyncio.timeout(self._patience):
                return await ask()
        except (Failure, TimeoutError, OSError):
            return [Probe(name, "failed")]
