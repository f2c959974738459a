"""Time zones by IANA name, and the time zone of the machine."""

import os
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCAL_TIME = Path("/etc/localtime")


def zone_named(name: str) -> tzinfo | None:
    """The time zone with this IANA name; None for any other text."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def machine_zone() -> tzinfo:
    """The machine's time zone with its clock changes if its name is known, else a zone with its present offset."""
    linked = str(LOCAL_TIME.resolve()).partition("zoneinfo/")[2] if LOCAL_TIME.is_symlink() else ""
    named = zone_named(os.environ.get("TZ", "").lstrip(":") or linked)
    return named or datetime.now().astimezone().tzinfo or UTC
