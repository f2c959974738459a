"""National public holidays, from the `holidays` package."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from timezone_mcp import tzdb
from timezone_mcp.zones.lookup import Zone


def holiday(day: date, zone: Zone) -> str | None:
    """The name of the public holiday on `day` in the country of `zone`; None if there is none or none is known."""
    calendar = _calendar(_code(zone))
    return None if calendar is None else calendar.get(day)


def without_calendar(zones: Iterable[Zone]) -> list[str]:
    """The names of the zones whose public holidays are not known."""
    return [zone.name for zone in dict.fromkeys(zones) if _calendar(_code(zone)) is None]


def with_regions(zones: Iterable[Zone]) -> list[str]:
    """The names of the zones in whose country a region may have further holidays, which are not known here."""
    calendars = {zone.name: _calendar(_code(zone)) for zone in zones}
    return [name for name, calendar in calendars.items() if calendar is not None and calendar.subdivisions]


def _code(zone: Zone) -> str | None:
    return tzdb.country_code(zone.name) if zone.iana else None


@cache
def _calendar(code: str | None) -> Any:
    """The national holidays of a country by date, without those of single regions; None if unknown."""
    import holidays  # takes 0.3 s, so only if holidays are requested

    return holidays.country_holidays(code) if code in holidays.list_supported_countries() else None
