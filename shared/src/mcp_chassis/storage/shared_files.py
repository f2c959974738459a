"""Operations on files that another process may have open, which Windows refuses meanwhile."""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

ATTEMPTS = 20
PAUSE_SECONDS = 0.05


def when_free(operation: Callable[[], Result], *, wait: Callable[[float], object] = time.sleep) -> Result:
    """Run a read or replacement of a file, on Windows again for up to a second while another process has it open.

    Raises:
        OSError: when it fails otherwise, or for longer.
    """
    for _ in range(ATTEMPTS - 1 if sys.platform == "win32" else 0):
        try:
            return operation()
        except PermissionError:
            wait(PAUSE_SECONDS)
    return operation()
