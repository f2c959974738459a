"""Countries by their common names, and the time zones of each."""

from collections.abc import Mapping
from functools import cache

from timezone_mcp import tzdb
from timezone_mcp.places import population
from timezone_mcp.spelling import plain

# Further names by ISO 3166 code, in addition to those of the time zone database.
ALIASES: Mapping[str, str] = {
    "AE": "UAE, Emirates",
    "AG": "Antigua, Barbuda",
    "AS": "American Samoa, Samoa",
    "BA": "Bosnia, Herzegovina, Bosnia and Herzegovina",
    "BN": "Brunei Darussalam",
    "BQ": "Caribbean Netherlands",
    "CC": "Cocos Islands, Keeling Islands",
    "CD": "DR Congo, DRC, Democratic Republic of the Congo, Congo-Kinshasa, Congo, Zaire",
    "CF": "Central African Republic",
    "CG": "Republic of the Congo, Congo-Brazzaville, Congo",
    "CI": "Ivory Coast, Cote d'Ivoire",
    "CN": "People's Republic of China, Mainland China",
    "CV": "Cabo Verde",
    "CZ": "Czechia, Czech Rep",
    "DE": "Deutschland",
    "ES": "España",
    "FK": "Falklands, Malvinas",
    "FM": "Federated States of Micronesia",
    "GB": "UK, U.K., United Kingdom, Great Britain, Britain, England, Scotland, Wales, Northern Ireland",
    "GM": "The Gambia",
    "GS": "South Georgia and South Sandwich Islands",
    "GW": "Guinea Bissau",
    "HK": "Hong Kong SAR, Hong Kong SAR China",
    "IE": "Republic of Ireland, Éire",
    "IR": "Persia, Islamic Republic of Iran",
    "KG": "Kyrgyz Republic",
    "KN": "Saint Kitts and Nevis, Saint Kitts, St Kitts, Nevis",
    "KP": "North Korea, DPRK, Korea",
    "KR": "South Korea, Republic of Korea, Korea",
    "LA": "Lao PDR, Lao",
    "LC": "Saint Lucia",
    "LK": "Ceylon",
    "MD": "Republic of Moldova",
    "MF": "Saint Martin, St Martin",
    "MK": "Macedonia, FYROM",
    "MM": "Myanmar, Burma",
    "MO": "Macao, Macau SAR, Macao SAR China",
    "MP": "Saipan",
    "NL": "Holland, The Netherlands",
    "NZ": "Aotearoa",
    "PN": "Pitcairn Islands",
    "PS": "Palestinian Territory, Palestinian Territories, West Bank, Gaza Strip, State of Palestine",
    "RU": "Russian Federation",
    "SA": "KSA",
    "SH": "Saint Helena",
    "ST": "Sao Tome and Principe, Sao Tome",
    "SX": "Sint Maarten, St Maarten",
    "SY": "Syrian Arab Republic",
    "SZ": "Eswatini, Swaziland",
    "TF": "French Southern Territories",
    "TL": "Timor-Leste, Timor Leste",
    "TC": "Turks and Caicos, Turks and Caicos Islands",
    "TR": "Türkiye",
    "TT": "Trinidad, Tobago, Trinidad and Tobago",
    "TW": "Republic of China, Formosa",
    "TZ": "United Republic of Tanzania",
    "UM": "US Outlying Islands, U.S. Outlying Islands",
    "US": "USA, U.S., U.S.A., US, United States of America, America, the States",
    "VA": "Holy See, Vatican",
    "VC": "Saint Vincent, Saint Vincent and the Grenadines, St Vincent and Grenadines",
    "VE": "Bolivarian Republic of Venezuela",
    "VG": "British Virgin Islands, Virgin Islands, BVI",
    "VI": "US Virgin Islands, Virgin Islands, USVI",
    "VN": "Viet Nam",
    "WS": "Western Samoa, Independent State of Samoa, Samoa",
}
# At least 95 % of the people live in the zone with the most people (GeoNames, cities of 15,000 people and more).
ONE_MAIN_ZONE = frozenset({"CL", "CN", "EC", "ES", "GL", "KI", "NZ", "PF", "PT", "UA"})


@cache
def codes_by_name() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166 codes by the `plain` spelling of a country's names; several if countries share a name."""
    found: dict[str, list[str]] = {}
    for code, name in tzdb.countries().items():
        for alias in (name, name.replace("&", "and"), *ALIASES.get(code, "").split(", ")):
            if alias and code not in found.setdefault(plain(alias), []):
                found[plain(alias)].append(code)
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def _zones_by_code() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for zone, code in tzdb.country_codes().items():
        found.setdefault(code, []).append(zone)
    return {code: tuple(sorted(zones, key=population.rank)) for code, zones in found.items()}


def zones(code: str) -> tuple[str, ...]:
    """The time zones of a country by its ISO 3166 code, the one with the most people first."""
    return _zones_by_code().get(code, ())


def usual_zones(code: str) -> tuple[str, ...]:
    """The zones a country's name may mean: only the main one if at least 95 % of the people live in it."""
    return zones(code)[:1] if code in ONE_MAIN_ZONE else zones(code)
