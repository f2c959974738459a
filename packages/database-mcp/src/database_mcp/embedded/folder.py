"""The folder of the embedded database."""

from contextlib import suppress
from pathlib import Path


def data_folder() -> Path:
    """The embedded database's folder where DATABASE_DATA_DIR names none."""
    from platformdirs import user_data_path

    return user_data_path("toolroll") / "database-mcp" / "postgresql"


def size_bytes(folder: Path) -> int:
    """Bytes of its files; one that goes away meanwhile counts as none."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
