"""Setting types with validation of their values."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from database_mcp.client.connection_url import UnreadableUrl, read_connection_options

_MEMORY = re.compile(r"[0-9]+ ?(kB|MB|GB)?")


def _postgres_url(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    try:
        read_connection_options(text)
    except UnreadableUrl as exc:
        raise ValueError("must be a postgresql:// URL, or key=value pairs in the form of libpq") from exc
    return SecretStr(text)


def _memory(text: str) -> str:
    if not _MEMORY.fullmatch(text):
        raise ValueError("must be a size such as 16MB")
    return text


def _folder(path: Path) -> Path:
    """The path with links resolved at the start, so that a link changed later has no effect."""
    found = path.expanduser()
    if not found.is_dir():
        raise ValueError("must be a folder that exists")
    return found.resolve()


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres_url)]
ExistingFolder = Annotated[Path, AfterValidator(_folder)]
MemorySize = Annotated[str, AfterValidator(_memory)]
