"""Data folder of the embedded database, and its size."""

from contextlib import suppress
from pathlib import Path


def data_folder() -> Path:
    """Default data folder of the embedded database, used if DATABASE_DATA_DIR is not set."""
    from platformdirs import user_data_path

    return user_data_path("toolroll") / "database-mcp" / "postgresql"


def size_bytes(folder: Path) -> int:
    """Total size of the files in a folder in bytes; files that disappear meanwhile are not counted."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
