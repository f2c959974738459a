"""Cities and abbreviations that the time zone database does not name mean the zone whose clocks they keep."""

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from timezone_mcp.zones import abbreviations, lookup

CITIES = """
Africa/Abidjan: Yamoussoukro
Africa/Accra: Kumasi
Africa/Addis_Ababa: Dire Dawa
Africa/Algiers: Oran, Constantine
Africa/Cairo: Alexandria, Luxor
Africa/Casablanca: Rabat, Tangier
Africa/Dar_es_Salaam: Dodoma, Zanzibar
Africa/Johannesburg: Cape Town, Bloemfontein
Africa/Lagos: Abuja, Port Harcourt
Africa/Nairobi: Mombasa
America/Argentina/Buenos_Aires: La Plata, Mar del Plata
America/Bogota: Medellin, Barranquilla
America/Caracas: Maracaibo
America/Chicago: Dallas, Madison
America/Denver: Salt Lake City, Boulder
America/Edmonton: Calgary, Banff
America/Guayaquil: Quito
America/Halifax: Dartmouth
America/Havana: Santiago de Cuba
America/La_Paz: Sucre, Cochabamba
America/Los_Angeles: San Francisco, Reno
America/Mexico_City: Guadalajara, Queretaro
America/Monterrey: Saltillo
America/New_York: NYC, Providence
America/Phoenix: Tucson, Scottsdale
America/Santiago: Valparaiso
America/Sao_Paulo: Rio de Janeiro, Campinas
America/Tijuana: Mexicali
America/Toronto: Ottawa, Kitchener
America/Vancouver: Burnaby
Asia/Almaty: Astana, Nur-Sultan
Asia/Bangkok: Chiang Mai, Pattaya
Asia/Dhaka: Chittagong, Chattogram
Asia/Dubai: Abu Dhabi, Al Ain
Asia/Ho_Chi_Minh: Hanoi, Ho Chi Minh City
Asia/Jakarta: Bandung, Medan
Asia/Jerusalem: Haifa, Beersheba
Asia/Karachi: Lahore, Peshawar
Asia/Kolkata: Mumbai, Goa
Asia/Kuala_Lumpur: Penang, Johor Bahru
Asia/Makassar: Bali, Denpasar
Asia/Manila: Quezon City, Makati
Asia/Riyadh: Jeddah, Dammam
Asia/Seoul: Busan, Daejeon
Asia/Shanghai: Beijing, Harbin
Asia/Taipei: Kaohsiung, Hsinchu
Asia/Tehran: Isfahan, Tabriz
Asia/Tokyo: Osaka, Sendai
Asia/Yangon: Mandalay, Naypyidaw
Australia/Brisbane: Gold Coast, Cairns
Australia/Melbourne: Geelong
Australia/Sydney: Canberra, Wollongong
Europe/Amsterdam: Rotterdam, Eindhoven
Europe/Athens: Thessaloniki
Europe/Berlin: Munich, Heidelberg
Europe/Brussels: Antwerp, Liege
Europe/Bucharest: Cluj-Napoca, Iasi
Europe/Copenhagen: Aarhus, Odense
Europe/Dublin: Cork, Limerick
Europe/Helsinki: Espoo, Turku
Europe/Istanbul: Ankara, Bursa
Europe/Kyiv: Lviv, Dnipro
Europe/Lisbon: Porto, Faro
Europe/London: Manchester, Aberdeen
Europe/Madrid: Barcelona, Santiago de Compostela
Europe/Moscow: Saint Petersburg, Rostov
Europe/Oslo: Bergen, Stavanger
Europe/Paris: Lyon, Grenoble
Europe/Prague: Brno, Ostrava
Europe/Rome: Milan, Palermo
Europe/Stockholm: Gothenburg, Uppsala
Europe/Vienna: Graz, Wien
Europe/Warsaw: Krakow, Katowice
Europe/Zurich: Geneva, Zug
Pacific/Auckland: Wellington, Dunedin
Pacific/Honolulu: Waikiki, Maui
"""
ABBREVIATIONS = """
AFT Asia/Kabul, AMT America/Manaus, ART America/Argentina/Buenos_Aires, AZT Asia/Baku, BOT America/La_Paz,
BRT America/Sao_Paulo, BST Europe/London, CLT America/Santiago, COT America/Bogota, CST America/Chicago,
CT America/Chicago, ECT America/Guayaquil, ET America/New_York, FJT Pacific/Fiji, GET Asia/Tbilisi, GST Asia/Dubai,
ICT Asia/Bangkok, IRST Asia/Tehran, IST Asia/Kolkata, KGT Asia/Bishkek, MMT Asia/Yangon, MT America/Denver,
MYT Asia/Kuala_Lumpur, NPT Asia/Kathmandu, PET America/Lima, PHT Asia/Manila, PST America/Los_Angeles,
PT America/Los_Angeles, PYT America/Asuncion, SGT Asia/Singapore, TRT Europe/Istanbul, UYT America/Montevideo,
UZT Asia/Tashkent, VET America/Caracas, WST Pacific/Apia
"""
MEANINGS = dict(entry.split() for entry in " ".join(ABBREVIATIONS.split()).split(", "))


@pytest.mark.parametrize("line", CITIES.strip().splitlines())
def test_a_large_city_means_the_zone_whose_clocks_it_keeps(line: str) -> None:
    zone, cities = line.split(": ")
    assert {city: lookup.resolve(city).name for city in cities.split(", ")} == dict.fromkeys(cities.split(", "), zone)


@pytest.mark.parametrize("abbreviation", MEANINGS)
def test_the_best_known_meaning_of_an_abbreviation_is_among_its_meanings(abbreviation: str) -> None:
    assert MEANINGS[abbreviation] in {meaning.timezone for meaning in abbreviations.meanings(abbreviation)}


@pytest.mark.parametrize("abbreviation", MEANINGS)
def test_every_meaning_has_an_offset_that_its_zone_keeps_in_winter_or_summer(
    abbreviation: str, embedded_zoneinfo: Callable[[str], zoneinfo.ZoneInfo]
) -> None:
    wrong = [
        meaning
        for meaning in abbreviations.meanings(abbreviation)
        if meaning.offset not in _offsets(embedded_zoneinfo(meaning.timezone))
    ]
    assert wrong == []


def _offsets(zone: zoneinfo.ZoneInfo) -> set[str]:
    """The offsets that a zone has kept since 2008, as `+05:45`."""
    moments = (datetime(year, month, 1, tzinfo=UTC) for year in range(2008, 2027) for month in (1, 7))
    return {_written(moment.astimezone(zone).utcoffset()) for moment in moments}


def _written(offset: timedelta | None) -> str:
    minutes = int((offset or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
