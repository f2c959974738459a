"""Lock held by one process of this machine at a time."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class ProcessLock:
    """Lock on a file; the system releases it when its holder ends. Only for POSIX, and for one thread per process.

    Args:
        path: the file, created if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the lock inside the block, after waiting for it as long as necessary."""
        import fcntl

        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
