"""The zone of days: the setting's, else the person's own, else the machine's."""

import os
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCAL_TIME = Path("/etc/localtime")


def zone_named(name: str) -> tzinfo | None:
    """The IANA zone of a name; None for anything else."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def machine_zone() -> tzinfo:
    """The machine's zone with its clock changes, where its name can be had; else its present offset."""
    linked = str(LOCAL_TIME.resolve()).partition("zoneinfo/")[2] if LOCAL_TIME.is_symlink() else ""
    named = zone_named(os.environ.get("TZ", "").lstrip(":") or linked)
    return named or datetime.now().astimezone().tzinfo or UTC
