"""Key that signs the cursors of the command `call`, kept in a file of the user."""

import os
import secrets
from pathlib import Path

KEY_BYTES = 32
MIN_KEY_CHARS = 32


def cursor_key(folder: Path | None = None) -> str | None:
    """The key of this user, created on first use in a file that only its owner may read; None if that fails.

    Args:
        folder: the folder of the file; the user's state folder when left out.
    """
    path = (folder or _state_folder()) / "cursor.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create_once(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return key if len(key) >= MIN_KEY_CHARS else None


def _create_once(path: Path) -> None:
    """Write a new key, atomically, unless there is one."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES))
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first
    finally:
        draft.unlink(missing_ok=True)


def _state_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("toolroll")
