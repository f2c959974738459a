"""The number of open connections of each worker, in memory that all of them share."""

import mmap
from pathlib import Path

_BYTES = 8


class ConnectionCounts:
    """The counts of all workers, of which each sets its own.

    Args:
        folder: the private folder of the supervisor.
        number: the number of this worker, from 1.
        workers: how many there are.
    """

    def __init__(self, folder: Path, number: int, workers: int) -> None:
        path, size = folder / "connections", _BYTES * workers
        with path.open("ab+") as file:
            file.truncate(size)
            self._memory = mmap.mmap(file.fileno(), size)
        self._counts = memoryview(self._memory).cast("Q")
        self._place = number - 1

    def set(self, count: int) -> None:
        """Set the count of this worker."""
        self._counts[self._place] = count

    @property
    def own(self) -> int:
        """The count of this worker."""
        return self._counts[self._place]

    def lead(self) -> int:
        """How many connections more this worker has than the other with the fewest; negative if it has fewer."""
        others = (count for place, count in enumerate(self._counts) if place != self._place)
        return self.own - min(others, default=self.own)
