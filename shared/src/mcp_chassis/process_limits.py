"""Resource limits of this process: open files, and core dumps, which would contain credentials."""

import contextlib
import sys

DEFAULT_FILES = 1024
"""Limit of open files assumed on systems that report none."""


def forbid_core_dumps() -> None:
    """Set the size of core dumps to zero; does nothing on Windows."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def raise_file_limit() -> int:
    """Raise the soft limit of open files to the hard one, if possible; return the resulting limit."""
    if sys.platform == "win32":
        return DEFAULT_FILES
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS refuses what is above its own constant
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return file_limit()


def file_limit() -> int:
    """The current soft limit of open files."""
    if sys.platform == "win32":
        return DEFAULT_FILES
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
