"""Working days of the week by country."""

from collections.abc import Mapping

from timezone_mcp import tzdb
from timezone_mcp.zones.lookup import Zone

MONDAY_TO_FRIDAY = frozenset(range(5))
_SUNDAY_TO_THURSDAY = frozenset({6, 0, 1, 2, 3})
_FRIDAY_AND_SATURDAY_OFF = "AF BD BH DJ DZ EG IL IQ JO KW LY MR MV OM PS QA SA SD SY YE"
# Weekends as in CLDR 46 and the `holidays` package 0.109; every other country works from Monday to Friday.
WORKING_DAYS: Mapping[str, frozenset[int]] = {
    **dict.fromkeys(_FRIDAY_AND_SATURDAY_OFF.split(), _SUNDAY_TO_THURSDAY),
    "BN": frozenset({0, 1, 2, 3, 5}),
    "IR": frozenset({5, 6, 0, 1, 2, 3}),
}

# The year in which the weekend last moved. The working days before it are not known here.
_MOVED: Mapping[str, int] = {
    **dict.fromkeys(("OM", "SA", "YE", "MV"), 2013),
    "AE": 2022,
    "BH": 2006,
    "DZ": 2009,
    "KW": 2007,
    "SD": 2008,
}


def moved_in(zone: Zone) -> int | None:
    """The year in which the weekend of a zone's country last moved; None if no move is known."""
    return _MOVED.get(tzdb.country_code(zone.name) or "") if zone.iana else None


def working_days(zone: Zone) -> frozenset[int]:
    """The working days of a zone's country, 0 for Monday; Monday to Friday for zones without a country."""
    code = tzdb.country_code(zone.name) if zone.iana else None
    return WORKING_DAYS.get(code or "", MONDAY_TO_FRIDAY)
