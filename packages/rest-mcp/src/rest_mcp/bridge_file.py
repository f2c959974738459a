"""Reading of a bridge file into a `Bridge`, with its operations completed from OpenAPI documents."""

import tomllib
from pathlib import Path
from typing import Any, cast

from mcp_chassis.environment import UTF8_OR_BOM
from pydantic import ValidationError

from rest_mcp.bad_bridge import BadBridge, broken
from rest_mcp.bridge import Bridge

MAX_FILE_BYTES = 1024 * 1024


def read(path: Path) -> Bridge:
    """Read and validate a bridge file.

    Raises:
        BadBridge: with one sentence for each rule it breaks.
    """
    return bridge_of(_toml(path), path.parent)


def bridge_of(raw: dict[str, Any], folder: Path) -> Bridge:
    """Validate the parsed tables of a bridge file. Paths of documents are relative to `folder`.

    Raises:
        BadBridge: with one sentence for each rule they break.
    """
    if any("operation" in entry for entry in _entries(raw)):
        from rest_mcp.openapi.entries import filled

        raw = filled(raw, folder)
    try:
        return Bridge.model_validate(raw)
    except ValidationError as exc:
        raise broken(exc, raw) from None
    except RecursionError as exc:
        raise BadBridge("the file is nested too deeply to be read") from exc


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadBridge("the file is larger than 1 MiB")
        return tomllib.loads(path.read_text(encoding=UTF8_OR_BOM))
    except OSError as exc:
        raise BadBridge("the file cannot be read") from exc
    except (ValueError, RecursionError) as exc:
        where = f": {exc}" if isinstance(exc, tomllib.TOMLDecodeError) else ""
        raise BadBridge(f"the file is not valid TOML{_position(where)}") from exc


def _position(text: str) -> str:
    """Return only the position in a parser's message: the rest of the message may quote the file's content."""
    place = text.rpartition("(")[2].removesuffix(")")
    return f" ({place})" if place.startswith("at ") else ""


def _entries(raw: dict[str, Any]) -> list[dict[str, Any]]:
    listed = [raw.get("tools"), raw.get("resources")]
    lists = [cast("list[Any]", each) for each in listed if isinstance(each, list)]
    return [cast("dict[str, Any]", entry) for each in lists for entry in each if isinstance(entry, dict)]
