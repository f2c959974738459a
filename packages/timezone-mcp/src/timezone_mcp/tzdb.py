"""Access to the time zone database in the `tzdata` package.

`zoneinfo` alone would prefer the operating system's database, so results would differ between machines.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

PACKAGE = "tzdata"
PLACEHOLDERS = {"Factory"}  # not a zone: its abbreviation says that the local time zone must be set
PLACELESS = {"CET", "EET", "EST", "HST", "MET", "MST", "WET"}  # links of these lead to a city that they do not mean
# Old names whose link leads to a zone with the same rules in another country: Iceland's to Africa/Abidjan.
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}


@cache
def names() -> frozenset[str]:
    """All IANA names, including old ones."""
    return frozenset(_text("zones").split()) - PLACEHOLDERS


@cache
def load(name: str) -> tzinfo:
    """The rules of one of `names()`. Always the same object, since datetime arithmetic compares identities."""
    return load_afresh(name)


def load_afresh(name: str) -> tzinfo:
    """The rules of one of `names()`, not cached, for passes over all zones."""
    if name not in names():
        raise KeyError(name)
    with resources.files(PACKAGE).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def version() -> str:
    """The release of the database, such as 2026a."""
    first, _, _ = _text("zoneinfo", "tzdata.zi").partition("\n")
    return first.removeprefix("# version ").strip()


@cache
def clocks(name: str) -> tuple[timedelta | None, ...]:
    """A zone's offsets in the middle of each month of the release's year; equal for zones whose clocks agree."""
    rules, year = load_afresh(name), int(version()[:4])
    return tuple(datetime(year, month, 15, tzinfo=UTC).astimezone(rules).utcoffset() for month in range(1, 13))


def release() -> str:
    """The name of the database and its release, which results state as their source: `tzdata 2026a`."""
    return f"{PACKAGE} {version()}"


def canonical(name: str) -> str:
    """The zone whose rules a name follows: Europe/Stockholm follows Europe/Berlin."""
    links = _links()
    while name in links:
        name = links[name]
    return name


def current(name: str) -> str:
    """The name in use today: Asia/Kolkata for Asia/Calcutta, but Europe/Stockholm stays itself."""
    if name in country_codes() or name in PLACELESS:
        return name
    return RENAMED.get(name) or canonical(name)


def aliases(name: str) -> list[str]:
    """The other names with the same rules, sorted."""
    return sorted(_families()[canonical(name)] - {name})


@cache
def country_codes() -> Mapping[str, str]:
    """The ISO 3166 code of each zone's country, in the order of zone.tab: main zones come first."""
    return {name: code for code, _, name, *_ in _rows("zone.tab")}


@cache
def remarks() -> Mapping[str, str]:
    """The remarks of the tables on zones of countries with several: `Eastern (most areas)`."""
    tables = [row for table in ("zone1970.tab", "zone.tab") for row in _rows(table)]
    return {name: more[0] for _, _, name, *more in tables if more}


@cache
def countries() -> Mapping[str, str]:
    """English country names by ISO 3166 code."""
    return {row[0]: row[1] for row in _rows("iso3166.tab")}


def country_code(name: str) -> str | None:
    """The ISO 3166 code of a zone's country; None for zones of no country such as UTC."""
    return country_codes().get(current(name))


def country(name: str) -> str | None:
    """The country of a zone, by name; None for zones of no country such as UTC."""
    return countries().get(country_code(name) or "")


def merged_before_1970(name: str) -> str | None:
    """The zone whose history before 1970 the database uses for this one; None if it has its own."""
    target = canonical(current(name))
    return target if target != current(name) and current(name) in country_codes() else None


@cache
def _links() -> Mapping[str, str]:
    lines = (line.split() for line in _text("zoneinfo", "tzdata.zi").splitlines() if line.startswith("L "))
    return {link: target for _, target, link in lines}


@cache
def _families() -> Mapping[str, frozenset[str]]:
    families: defaultdict[str, set[str]] = defaultdict(set)
    for name in names():
        families[canonical(name)].add(name)
    return {name: frozenset(family) for name, family in families.items()}


def _rows(table: str) -> Iterator[list[str]]:
    for line in _text("zoneinfo", table).splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _text(*path: str) -> str:
    return resources.files(PACKAGE).joinpath(*path).read_text(encoding="utf-8")
