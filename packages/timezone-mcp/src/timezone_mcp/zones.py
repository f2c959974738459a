"""From what people write to one time zone, or to a sentence that says why not. Pure: no clock, no network."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from difflib import get_close_matches
from functools import cache

from mcp_chassis.failures import InvalidInput, NotFound

from timezone_mcp import abbreviations, cities, offsets, tzdb
from timezone_mcp.spelling import plain, quoted

LONGEST_NAME = 64  # the longest the database has is 32
SUGGESTIONS = 3
CANDIDATES = 6


@dataclasses.dataclass(frozen=True)
class Zone:
    """A time zone by its one name, and its rules."""

    name: str
    rules: tzinfo = dataclasses.field(repr=False, compare=False)

    @property
    def iana(self) -> bool:
        """Whether the database knows the name; a fixed offset such as UTC+05:30 is not in it."""
        return self.name in tzdb.names()


def resolve(text: str) -> Zone:
    """The zone meant by an IANA name, an offset, a Windows name, a city or an abbreviation.

    Raises:
        NotFound: nothing is called that; the sentence names what is near.
        InvalidInput: a city or an abbreviation means several zones; `details` has the candidates.
    """
    wanted = " ".join(text.split())
    if not wanted or len(wanted) > LONGEST_NAME:
        raise _unknown(text)
    for reading in READINGS:
        if (zone := reading(wanted)) is not None:
            return zone
    raise _unknown(wanted)


def resolve_all(texts: Sequence[str]) -> list[Zone]:
    """The zones meant, in their order.

    Raises:
        Failure: there are none, or one of the texts means none.
    """
    if not texts:
        raise InvalidInput("At least one time zone must be named.")
    return [resolve(text) for text in texts]


def named(name: str) -> Zone:
    """The zone of one exact name of the database."""
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


def _city(text: str) -> Zone | None:
    found = cities.zones_by_city().get(plain(text), ())
    if len(found) > 1:
        raise _several(text, "places", found)
    return named(found[0]) if found else None


def _abbreviation(text: str) -> Zone | None:
    found = abbreviations.meanings(text)
    rules = {tzdb.canonical(meaning.timezone) for meaning in found}
    if len(rules) > 1:
        chosen = abbreviations.distinct(found)
        raise _several(text, "time zones", [f"{meaning.timezone} ({meaning.offset})" for meaning in chosen])
    return named(rules.pop()) if rules else None


READINGS: tuple[Callable[[str], Zone | None], ...] = (_iana, _offset, _windows, _city, _abbreviation)


@cache
def _by_lower_case() -> Mapping[str, str]:
    return {name.lower(): name for name in tzdb.names()}


@cache
def windows_names() -> Mapping[str, str]:
    """The zones of Windows by the `plain` spelling of its names, under the names in use today."""
    from tzlocal.windows_tz import win_tz  # only its table of CLDR's facts; nothing asks for this machine's zone

    return {plain(windows): tzdb.current(name) for windows, name in win_tz.items() if name in tzdb.names()}


def near(text: str) -> list[str]:
    """Zones whose names, cities or countries resemble `text`, the most alike first."""
    wanted = plain(text[:LONGEST_NAME])
    spellings = _spellings()
    found = (
        name for close in get_close_matches(wanted, spellings, n=SUGGESTIONS, cutoff=0.75) for name in spellings[close]
    )
    return list(dict.fromkeys(found))[:SUGGESTIONS]


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    """Everything that may be misspelt; where two readings share a spelling, the city counts."""
    full = {plain(name): (tzdb.current(name),) for name in tzdb.names()}
    by_country: dict[str, tuple[str, ...]] = {}
    for name in tzdb.country_codes():
        country = plain(tzdb.country(name) or "")
        by_country[country] = (*by_country.get(country, ()), name)
    return {**by_country, **full, **cities.zones_by_city()}


def _unknown(text: str) -> NotFound:
    close = near(text)
    hint = f"did you mean {_either(close)}?" if close else "use an IANA name such as Europe/Paris, or search_timezones."
    return NotFound(f"No time zone is called {quoted(text)}; {hint}", details={"candidates": close} if close else None)


def _several(text: str, kind: str, candidates: Iterable[str]) -> InvalidInput:
    shown = list(candidates)
    listed = ", ".join(shown[:CANDIDATES])
    more = f" and {len(shown) - CANDIDATES} more" if len(shown) > CANDIDATES else ""
    return InvalidInput(
        f"{quoted(text)} means several {kind}: {listed}{more}; say which by its full name.",
        details={"candidates": shown[:CANDIDATES]},
    )


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
