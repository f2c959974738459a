"""Search for time zones by place, country, abbreviation, Windows name or offset."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from timezone_mcp import tzdb
from timezone_mcp.places import countries, names, population
from timezone_mcp.spelling import plain
from timezone_mcp.zones import abbreviations, lookup, offsets

Fits = Callable[[str, str], bool]


@dataclasses.dataclass(frozen=True)
class Hit:
    """A zone and the reason why it was found; `offset` is set if the query implies one."""

    name: str
    match: str
    offset: str | None = None


def search(query: str, now: datetime) -> list[Hit]:
    """Return the zones that `query` may mean: matches of whole words, else of prefixes, else of similar spelling."""
    wanted = " ".join(query.split())
    for fits in (_has_words, _begins_words):
        if hits := _without_repeats(hit for finder in FINDERS for hit in finder(wanted, now, fits)):
            return hits
    return [Hit(name, "spelt alike") for name in lookup.near(wanted)]


def _without_repeats(hits: Iterable[Hit]) -> list[Hit]:
    """Remove duplicates; a zone found by an abbreviation is kept once for each offset that it may mean."""
    found: dict[tuple[str, str | None], Hit] = {}
    for hit in hits:
        found.setdefault((hit.name, hit.offset), hit)
    with_offset = {hit.name for hit in found.values() if hit.offset}
    return [hit for hit in found.values() if hit.offset or hit.name not in with_offset]


def _by_abbreviation(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    found = abbreviations.meanings(query)
    for meaning in (*abbreviations.distinct(found), *found):
        yield Hit(meaning.timezone, f"abbreviation {query.upper()}", meaning.offset)


def _by_offset(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    fixed = offsets.read(query)
    if fixed is None or not any(character.isdigit() for character in query):
        return
    wanted = fixed.utcoffset(None)
    for name in tzdb.country_codes():
        if now.astimezone(tzdb.load_afresh(name)).utcoffset() == wanted:
            yield Hit(name, f"offset {offsets.written(wanted)} now")


def _by_place(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    for name in names.meanings(query):
        yield Hit(name, f"place {query}")


def _by_windows_name(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    if name := lookup.windows_names().get(plain(query)):
        yield Hit(name, f"Windows name {query}")


def _by_country(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    wanted = plain(query)
    codes = [code for name, known in countries.codes_by_name().items() if fits(wanted, name) for code in known]
    for code in dict.fromkeys([query.upper(), *codes]):
        for name in countries.zones(code):
            yield Hit(name, f"country {tzdb.countries()[code]}")


def _by_name(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    for name in sorted(tzdb.names(), key=lambda name: (population.rank(tzdb.current(name)), name)):
        if fits(plain(query), plain(name)):
            yield Hit(tzdb.current(name), f"name {name}")


def _by_remark(query: str, now: datetime, fits: Fits) -> Iterator[Hit]:
    for name, remark in tzdb.remarks().items():
        if fits(plain(query), plain(remark)):
            yield Hit(name, remark)


def _has_words(query: str, text: str) -> bool:
    return bool(query) and set(query.split()) <= set(text.split())


def _begins_words(query: str, text: str) -> bool:
    words = text.split()
    return bool(query) and all(any(word.startswith(part) for word in words) for part in query.split())


FINDERS: tuple[Callable[[str, datetime, Fits], Iterator[Hit]], ...] = (
    _by_abbreviation,
    _by_offset,
    _by_place,
    _by_windows_name,
    _by_country,
    _by_name,
    _by_remark,
)
