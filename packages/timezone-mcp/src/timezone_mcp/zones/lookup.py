"""Lookup of the time zone that a text means. Errors list candidates."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from difflib import get_close_matches
from functools import cache

from mcp_chassis.failures import InvalidInput, NotFound

from timezone_mcp import tzdb
from timezone_mcp.places import names
from timezone_mcp.spelling import plain, quoted
from timezone_mcp.zones import abbreviations, offsets

MAX_NAME_CHARS = 64  # the longest name in the database has 32
MAX_SUGGESTIONS = 3
MAX_CANDIDATES = 6


@dataclasses.dataclass(frozen=True)
class Zone:
    """A time zone: its name as the database spells it, or an offset such as UTC+05:30, and its rules."""

    name: str
    rules: tzinfo = dataclasses.field(repr=False, compare=False)

    @property
    def iana(self) -> bool:
        """Whether the zone is in the database, unlike a fixed offset such as UTC+05:30."""
        return self.name in tzdb.names()


def resolve(text: str) -> Zone:
    """Find the zone for an IANA name, an offset, a Windows name, a place or an abbreviation.

    Raises:
        NotFound: the name is unknown; the message suggests similar names.
        InvalidInput: a place or an abbreviation is ambiguous; `details` has the candidates.
    """
    wanted = " ".join(text.split())
    if not wanted or len(wanted) > MAX_NAME_CHARS:
        raise _unknown(text)
    for reading in READINGS:
        if (zone := reading(wanted)) is not None:
            return zone
    raise _unknown_in_area(wanted) or _unknown(wanted)


def resolve_all(texts: Sequence[str]) -> list[Zone]:
    """Find the zones for several texts, in their order.

    Raises:
        Failure: the list is empty, or one of the texts is unknown or ambiguous.
    """
    if not texts:
        raise InvalidInput("At least one time zone must be named.")
    return [resolve(text) for text in texts]


def named(name: str) -> Zone:
    """The zone for an exact name in the database."""
    return Zone(name, tzdb.load(name))


def _iana(text: str) -> Zone | None:
    name = text if text in tzdb.names() else _by_lower_case().get(text.replace(" ", "_").lower())
    return named(name) if name else None


def _offset(text: str) -> Zone | None:
    fixed = offsets.read(text)
    return Zone(str(fixed), fixed) if fixed else None


def _windows(text: str) -> Zone | None:
    name = windows_names().get(plain(text))
    return named(name) if name else None


def _place(text: str) -> Zone | None:
    found = names.meanings(text)
    if len(found) > 1:
        raise _several(text, "places or zones", [(name, tzdb.country(name)) for name in found])
    return named(found[0]) if found else None


def _abbreviation(text: str) -> Zone | None:
    found = abbreviations.meanings(text)
    if len({tzdb.clocks(meaning.timezone) for meaning in found}) < 2:
        return named(found[0].timezone) if found else None
    chosen = abbreviations.distinct(found)
    offset = f", all at {found[0].offset}" if len({meaning.offset for meaning in found}) == 1 else ""
    raise _several(text, f"time zones{offset}", [(each.timezone, each.offset) for each in chosen])


READINGS: tuple[Callable[[str], Zone | None], ...] = (_iana, _offset, _windows, _place, _abbreviation)


@cache
def _by_lower_case() -> Mapping[str, str]:
    return {name.lower(): name for name in tzdb.names()}


@cache
def windows_names() -> Mapping[str, str]:
    """Current IANA names by the `plain` spelling of Windows names."""
    from tzlocal.windows_tz import win_tz  # only the CLDR table; the local zone of this machine is not used

    return {plain(windows): tzdb.current(name) for windows, name in win_tz.items() if name in tzdb.names()}


def near(text: str) -> list[str]:
    """Zones whose names, cities or countries resemble `text`, the most similar first."""
    return list(_near(text))


def _near(text: str) -> Mapping[str, str]:
    """The `plain` spelling that resembles `text`, by the zone that it names."""
    spellings = _spellings()
    found: dict[str, str] = {}
    for close in get_close_matches(plain(text[:MAX_NAME_CHARS]), spellings, n=MAX_SUGGESTIONS, cutoff=0.8):
        for name in spellings[close]:
            found.setdefault(name, close)
    return dict(list(found.items())[:MAX_SUGGESTIONS])


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    """The names that are candidates for a misspelt one, with the zones of each."""
    return {**{plain(name): (tzdb.current(name),) for name in tzdb.names()}, **names.spellings()}


def _unknown(text: str) -> NotFound:
    if offsets.resembles(text):
        form = "write an offset as UTC+05:30, from UTC-12:00 to UTC+14:00."
        return NotFound(f"No time zone is called {quoted(text)}; {form}")
    close = _near(text)
    shown = [zone if place in plain(zone) else f"{zone} (for {place.title()})" for zone, place in close.items()]
    hint = f"did you mean {_either(shown)}?" if close else "use an IANA name such as Europe/Paris, or search_timezones."
    return NotFound(
        f"No time zone is called {quoted(text)}; {hint}", details={"candidates": list(close)} if close else None
    )


def _unknown_in_area(text: str) -> NotFound | None:
    """The error for an unknown place in a known area, such as `Foo, Texas`, with the area's zones; None otherwise."""
    place, _, area = text.rpartition(",")
    zones = names.distinct_by_clocks(names.zones_of_area(area)) if plain(place) else ()
    if not zones:
        return None
    shown = ", ".join(zones[:MAX_CANDIDATES]) + (" and others" if len(zones) > MAX_CANDIDATES else "")
    main = "main zone is" if len(zones) == 1 else "main zones are"
    where = quoted(area.strip())
    return NotFound(
        f"No place {quoted(place)} is known in {where}, whose {main} {shown}; give the one that is meant.",
        details={"candidates": list(zones[:MAX_CANDIDATES])},
    )


def _several(text: str, kind: str, candidates: Sequence[tuple[str, str | None]]) -> InvalidInput:
    """The error for an ambiguous name, with the candidates and the country or offset of each."""
    shown = [f"{name} ({beside})" if beside else name for name, beside in candidates]
    listed = ", ".join(shown[:MAX_CANDIDATES])
    more = f" and {len(candidates) - MAX_CANDIDATES} more" if len(candidates) > MAX_CANDIDATES else ""
    return InvalidInput(
        f"{quoted(text)} means several {kind}: {listed}{more}; give one of these zones.",
        details={"candidates": list(dict.fromkeys(name for name, _ in candidates[:MAX_CANDIDATES]))},
    )


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
