"""Names of regions, countries, clocks and abbreviations beside those of the time zone database."""

from datetime import date
from pathlib import Path

import pytest
from timezone_mcp import tzdb
from timezone_mcp.places import countries, names, population
from timezone_mcp.places.regions import REGIONS, subdivisions
from timezone_mcp.times import days
from timezone_mcp.zones import lookup
from timezone_mcp.zones.abbreviations import SPOKEN, Meaning, meanings

LINES = Path(__file__).with_name("regions.txt").read_text(encoding="utf-8").splitlines()
COUNTRIES = """
United Arab Emirates: UAE, Emirates
Antigua & Barbuda: Antigua, Barbuda
Samoa (American): American Samoa, Samoa
Bosnia & Herzegovina: Bosnia, Herzegovina, Bosnia and Herzegovina
Brunei: Brunei Darussalam
Caribbean NL: Caribbean Netherlands
Cocos (Keeling) Islands: Keeling Islands
Congo (Dem. Rep.): DR Congo, DRC, Democratic Republic of the Congo, Congo-Kinshasa, Congo, Zaire
Central African Rep.: Central African Republic
Congo (Rep.): Republic of the Congo, Congo-Brazzaville, Congo
China: People's Republic of China, Mainland China
Cape Verde: Cabo Verde
Czech Republic: Czechia, Czech Rep
Germany: Deutschland
Spain: España
Falkland Islands: Falklands, Malvinas
Micronesia: Federated States of Micronesia
Britain (UK): UK, U.K., United Kingdom, Great Britain, Britain, England, Scotland, Wales, Northern Ireland
Gambia: The Gambia
Guinea-Bissau: Guinea Bissau
Hong Kong: Hong Kong SAR
Ireland: Republic of Ireland, Éire
Iran: Persia, Islamic Republic of Iran
Kyrgyzstan: Kyrgyz Republic
St Kitts & Nevis: Saint Kitts and Nevis, Saint Kitts, St Kitts, Nevis
Korea (North): North Korea, DPRK, Korea
Korea (South): South Korea, Republic of Korea, Korea
Laos: Lao PDR, Lao
St Lucia: Saint Lucia
Sri Lanka: Ceylon
Moldova: Republic of Moldova
St Martin (French): Saint Martin
North Macedonia: Macedonia, FYROM
Myanmar (Burma): Myanmar, Burma
Macau: Macao, Macau SAR
Northern Mariana Islands: Saipan
Netherlands: Holland, The Netherlands
New Zealand: Aotearoa
Palestine: Palestinian Territory, West Bank, Gaza Strip, State of Palestine
Russia: Russian Federation
Saudi Arabia: KSA
St Helena: Saint Helena
Sao Tome & Principe: Sao Tome and Principe, Sao Tome
St Maarten (Dutch): Sint Maarten, St Maarten
Syria: Syrian Arab Republic
Eswatini (Swaziland): Eswatini, Swaziland
East Timor: Timor-Leste, Timor Leste
Turks & Caicos Is: Turks and Caicos, Turks and Caicos Islands
Turkey: Türkiye
Trinidad & Tobago: Trinidad, Tobago, Trinidad and Tobago
Taiwan: Republic of China, Formosa
Tanzania: United Republic of Tanzania
United States: USA, U.S., U.S.A., US, United States of America, America, the States
Vatican City: Holy See, Vatican
St Vincent: Saint Vincent, Saint Vincent and the Grenadines
Venezuela: Bolivarian Republic of Venezuela
Virgin Islands (UK): British Virgin Islands, Virgin Islands, BVI
Virgin Islands (US): US Virgin Islands, Virgin Islands, USVI
Vietnam: Viet Nam
Samoa (western): Western Samoa, Independent State of Samoa, Samoa
"""
CLOCKS = {
    "pacific": "America/Los_Angeles",
    "us pacific": "America/Los_Angeles",
    "mountain": "America/Denver",
    "us mountain": "America/Denver",
    "central": "America/Chicago",
    "us central": "America/Chicago",
    "eastern": "America/New_York",
    "us eastern": "America/New_York",
    "atlantic": "America/Halifax",
    "central european": "Europe/Berlin",
    "eastern european": "Europe/Athens",
    "western european": "Europe/Lisbon",
    "british": "Europe/London",
    "greenwich mean": "Etc/GMT",
    "coordinated universal": "UTC",
    "universal": "UTC",
    "indian": "Asia/Kolkata",
    "japanese": "Asia/Tokyo",
    "chinese": "Asia/Shanghai",
}
SEVERAL_MEANINGS = """
AFT: Asia/Kabul +04:30
AMT: America/Manaus -04:00, Asia/Yerevan +04:00
ART: America/Argentina/Buenos_Aires -03:00
AST: Asia/Riyadh +03:00
AZT: Asia/Baku +04:00
BDT: Asia/Dhaka +06:00, Asia/Brunei +08:00
BOT: America/La_Paz -04:00
BRT: America/Sao_Paulo -03:00
BST: Europe/London +01:00, Asia/Dhaka +06:00, Pacific/Bougainville +11:00
CLT: America/Santiago -04:00
COT: America/Bogota -05:00
CST: America/Chicago -06:00
CT: America/Chicago -06:00, Asia/Shanghai +08:00
ECT: America/Guayaquil -05:00, America/Martinique -04:00
ET: America/New_York -05:00, America/Toronto -05:00
FJT: Pacific/Fiji +12:00
GET: Asia/Tbilisi +04:00
GST: Asia/Dubai +04:00, Atlantic/South_Georgia -02:00
ICT: Asia/Bangkok +07:00, Asia/Ho_Chi_Minh +07:00
IRST: Asia/Tehran +03:30
IST: Asia/Kolkata +05:30
KGT: Asia/Bishkek +06:00
MMT: Asia/Yangon +06:30
MT: America/Denver -07:00, America/Phoenix -07:00
MYT: Asia/Kuala_Lumpur +08:00
NPT: Asia/Kathmandu +05:45
PET: America/Lima -05:00
PHT: Asia/Manila +08:00
PST: America/Los_Angeles -08:00
PT: America/Los_Angeles -08:00, America/Tijuana -08:00, Europe/Lisbon +00:00
PYT: America/Asuncion -03:00
SGT: Asia/Singapore +08:00
TRT: Europe/Istanbul +03:00
UYT: America/Montevideo -03:00
UZT: Asia/Tashkent +05:00, Asia/Samarkand +05:00
VET: America/Caracas -04:00
WST: Pacific/Apia +13:00, Australia/Perth +08:00
"""
OLD_NAMES = {
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


def test_every_region_has_the_clocks_that_geonames_gives_for_its_people() -> None:
    expected = dict(line.split(": ", 1) for line in LINES if not line.startswith("#"))
    theirs = {(region, tzdb.clocks(zone)) for region, zones in expected.items() for zone in zones.split(", ")}
    ours = {(region, tzdb.clocks(zone)) for zone, listed in REGIONS.items() for region in listed.split(", ")}
    assert sorted(region for region, _ in theirs ^ ours) == []


@pytest.mark.parametrize("line", COUNTRIES.strip().splitlines())
def test_a_country_is_known_by_every_usual_name(line: str) -> None:
    country, listed = line.split(": ")
    [code] = [code for code, name in tzdb.countries().items() if name == country]
    missing = [name for name in listed.split(", ") if code not in countries.codes_by_name()[countries.plain(name)]]
    assert missing == []


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("words", ["time", "standard time", "daylight time", "summer time"])
def test_a_clock_named_by_its_region_means_one_zone(clock: str, words: str) -> None:
    assert names.meanings(f"{clock} {words}") == (CLOCKS[clock],)


@pytest.mark.parametrize("line", SEVERAL_MEANINGS.strip().splitlines())
def test_an_abbreviation_stands_for_every_zone_whose_people_say_it(line: str) -> None:
    abbreviation, listed = line.split(": ")
    spoken = {Meaning(*meaning.split()) for meaning in listed.split(", ")}
    assert spoken <= set(meanings(abbreviation))
    assert {abbreviation for abbreviation in SPOKEN if f"\n{abbreviation}: " not in SEVERAL_MEANINGS} == set()


@pytest.mark.parametrize("name", OLD_NAMES)
def test_an_old_name_leads_to_the_place_and_not_to_the_zone_whose_rules_it_shares(name: str) -> None:
    assert tzdb.current(name) == OLD_NAMES[name]


@pytest.mark.parametrize("name", ["CET", "EET", "EST", "HST", "MET", "MST", "WET"])
def test_a_zone_named_by_an_abbreviation_lies_in_no_country(name: str) -> None:
    assert (tzdb.current(name), tzdb.country(name)) == (name, None)


@pytest.mark.parametrize(
    ("letters", "states"),
    [
        ("TX", ["Texas"]),
        ("wa", ["Washington State", "Western Australia"]),
        ("NT", ["Northwest Territories", "Northern Territory"]),
        ("XX", []),
    ],
)
def test_letters_stand_for_the_states_that_they_abbreviate(letters: str, states: list[str]) -> None:
    assert subdivisions(letters) == states


def test_every_state_behind_its_letters_is_a_known_region() -> None:
    known = {name for listed in REGIONS.values() for name in listed.split(", ")}
    alphabet = [chr(letter) for letter in range(ord("A"), ord("Z") + 1)]
    pairs = [a + b for a in alphabet for b in alphabet] + ["ACT", "NSW", "QLD", "TAS", "VIC"]
    named = [state for letters in pairs for state in subdivisions(letters)]
    assert (len(named), sorted(set(named) - known)) == (72, [])


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        *(("CL", "America/Santiago"), ("CN", "Asia/Shanghai"), ("EC", "America/Guayaquil"), ("ES", "Europe/Madrid")),
        *(("GL", "America/Nuuk"), ("KI", "Pacific/Tarawa"), ("NZ", "Pacific/Auckland"), ("PF", "Pacific/Tahiti")),
        *(("PT", "Europe/Lisbon"), ("UA", "Europe/Kyiv")),
    ],
)
def test_a_country_whose_people_live_by_one_clock_means_that_zone(code: str, zone: str) -> None:
    assert countries.usual_zones(code) == (zone,)
    assert len(countries.zones(code)) > 1


@pytest.mark.parametrize("number", range(7))
def test_every_day_of_the_week_is_read_by_its_name_and_by_three_letters(number: int) -> None:
    wednesday = date(2026, 3, 18)
    day = date(2026, 3, 18 + (number - 2) % 7)
    assert [days.read(text, wednesday) for text in (f"{day:%A}".lower(), f"{day:%a}".lower())] == [day, day]


def test_the_zone_with_the_most_people_has_the_first_rank() -> None:
    assert countries.codes_by_name()["ivory coast"] == countries.codes_by_name()["cote divoire"] == ("CI",)
    assert [population.rank(zone) for zone in ("Asia/Shanghai", "Asia/Kolkata", "Asia/Tokyo")] == [0, 1, 2]
    assert lookup.resolve("us eastern").name == "America/New_York"
