"""Public holidays of whole countries, from the `holidays` package."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from timezone_mcp import tzdb
from timezone_mcp.zones.lookup import Zone


def holiday(day: date, zone: Zone) -> str | None:
    """The name of the public holiday on `day` in the country of `zone`; None where there is none or none is known."""
    calendar = _calendar(_code(zone))
    return None if calendar is None else calendar.get(day)


def without_calendar(zones: Iterable[Zone]) -> list[str]:
    """The zones whose public holidays are not known, by name."""
    return [zone.name for zone in dict.fromkeys(zones) if _calendar(_code(zone)) is None]


def with_regions(zones: Iterable[Zone]) -> list[str]:
    """The zones in whose country a region may have holidays of its own, which no calendar here has, by name."""
    calendars = {zone.name: _calendar(_code(zone)) for zone in zones}
    return [name for name, calendar in calendars.items() if calendar is not None and calendar.subdivisions]


def _code(zone: Zone) -> str | None:
    return tzdb.country_code(zone.name) if zone.iana else None


@cache
def _calendar(code: str | None) -> Any:
    """The holidays of a country, by date; those of one of its regions alone are not among them."""
    import holidays  # 0.3 s: only where they are asked for

    return holidays.country_holidays(code) if code in holidays.list_supported_countries() else None
