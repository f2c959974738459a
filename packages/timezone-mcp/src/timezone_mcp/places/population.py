"""Time zones ordered by population."""

from functools import cache

# Population of cities of 15,000 people and more, by zone: GeoNames (CC BY 4.0), read in November 2026.
_MOST_PEOPLE_FIRST = """
Asia/Shanghai Asia/Kolkata Asia/Tokyo America/Sao_Paulo America/New_York Asia/Karachi Europe/Istanbul
Africa/Lagos Europe/Moscow Asia/Jakarta Asia/Manila Europe/Berlin America/Mexico_City Europe/London
America/Chicago Asia/Tehran Asia/Bangkok Africa/Johannesburg Asia/Seoul Africa/Cairo America/Los_Angeles
Europe/Madrid Asia/Ho_Chi_Minh America/Bogota Asia/Dhaka Europe/Kyiv Europe/Rome Asia/Kuala_Lumpur Europe/Paris
Asia/Baghdad America/Caracas Asia/Taipei Asia/Hong_Kong America/Toronto Asia/Riyadh Africa/Luanda
Africa/Casablanca Europe/Warsaw America/Lima Africa/Dar_es_Salaam America/Fortaleza Africa/Kinshasa
Africa/Algiers Africa/Addis_Ababa Asia/Yangon Africa/Abidjan Africa/Nairobi Africa/Lubumbashi America/Santiago
Asia/Yekaterinburg Europe/Amsterdam Asia/Dubai Asia/Pyongyang America/Bahia Asia/Makassar America/Havana
Africa/Khartoum Asia/Singapore America/Guayaquil Asia/Urumqi America/Argentina/Buenos_Aires Africa/Accra
Europe/Bucharest Asia/Damascus Africa/Dakar America/Monterrey Africa/Kampala Europe/Budapest Australia/Sydney
Australia/Melbourne America/Denver Asia/Almaty Europe/Brussels America/Argentina/Cordoba America/Recife
Asia/Kabul Africa/Maputo Africa/Lusaka Africa/Douala Asia/Jerusalem Africa/Bamako America/Santo_Domingo
Asia/Tashkent America/Belem America/Guatemala Africa/Tunis Europe/Stockholm America/La_Paz Asia/Aden
Africa/Conakry America/Phoenix Europe/Lisbon America/Vancouver Europe/Athens Africa/Mogadishu Africa/Ouagadougou
Indian/Antananarivo Africa/Tripoli Europe/Minsk Europe/Prague Asia/Kathmandu Australia/Brisbane Europe/Belgrade
Asia/Baku Europe/Vienna Europe/Helsinki Pacific/Auckland America/Port-au-Prince Asia/Amman America/Tegucigalpa
America/Maceio Africa/Harare Asia/Beirut America/Detroit Asia/Colombo America/Merida Asia/Phnom_Penh
Europe/Sofia Asia/Kuching Africa/Porto-Novo America/Manaus Asia/Samarkand Europe/Copenhagen America/Tijuana
Africa/Brazzaville Africa/Niamey America/Asuncion Europe/Samara America/Edmonton Europe/Zurich Africa/Ndjamena
Asia/Muscat Europe/Oslo Africa/Lome Australia/Perth America/Cuiaba Africa/Blantyre America/Mazatlan
Africa/Kigali Asia/Yerevan Asia/Ashgabat Europe/Dublin America/Indiana/Indianapolis America/Managua
Asia/Krasnoyarsk Africa/Bangui Asia/Dushanbe America/El_Salvador Europe/Bratislava Asia/Vladivostok
Asia/Jayapura America/Montevideo Asia/Novokuznetsk America/Campo_Grande Asia/Irkutsk America/Hermosillo
Asia/Bishkek Africa/Nouakchott Africa/Monrovia America/Argentina/Salta Asia/Novosibirsk Europe/Vilnius
America/Jamaica Atlantic/Canary Europe/Sarajevo America/Matamoros Europe/Volgograd Asia/Tbilisi Asia/Pontianak
Europe/Skopje Africa/Freetown Africa/Libreville Australia/Adelaide Europe/Saratov America/Panama Africa/Juba
Asia/Kuwait Europe/Zagreb Europe/Tirane America/Puerto_Rico Pacific/Honolulu Asia/Qatar Asia/Vientiane
Europe/Simferopol America/Chihuahua America/Ciudad_Juarez America/Porto_Velho Europe/Chisinau America/Costa_Rica
Asia/Ulaanbaatar Asia/Hebron Asia/Barnaul America/Cancun Africa/Djibouti Africa/Banjul Africa/Gaborone
Africa/Bujumbura Asia/Omsk Asia/Macau Europe/Riga Asia/Gaza America/Santarem Europe/Tallinn Africa/Windhoek
America/Regina America/Winnipeg America/Kentucky/Louisville Africa/Bissau Asia/Yakutsk America/Halifax
Asia/Bahrain America/Araguaina Europe/Ulyanovsk Indian/Reunion America/Argentina/Tucuman America/Rio_Branco
Asia/Tomsk Europe/Kirov Africa/Asmara Africa/Maseru America/Boise Indian/Mauritius Asia/Nicosia
Europe/Kaliningrad Europe/Astrakhan Asia/Aqtobe Pacific/Port_Moresby America/Argentina/Catamarca
Europe/Ljubljana America/Boa_Vista Asia/Qostanay America/Argentina/San_Juan Asia/Qyzylorda
America/Argentina/Mendoza Asia/Chita America/Port_of_Spain America/Paramaribo America/Argentina/Jujuy
Europe/Podgorica Australia/Hobart Asia/Atyrau America/Moncton Africa/El_Aaiun America/Anchorage Asia/Oral
Africa/Malabo Pacific/Fiji Asia/Sakhalin America/Nassau America/Guyana Asia/Dili Asia/Aqtau
America/Argentina/San_Luis Asia/Brunei Atlantic/Cape_Verde America/Guadeloupe Asia/Kamchatka Atlantic/Reykjavik
America/Martinique America/Argentina/Rio_Gallegos America/Argentina/La_Rioja Atlantic/Madeira America/St_Johns
Australia/Darwin Pacific/Guadalcanal Africa/Mbabane Asia/Thimphu America/Cayenne America/Curacao Europe/Malta
Indian/Mayotte Pacific/Noumea America/Punta_Arenas America/Belize Europe/Luxembourg America/Glace_Bay Asia/Hovd
Pacific/Guam Indian/Comoro America/Eirunepe Asia/Famagusta America/Argentina/Ushuaia Indian/Maldives
America/Barbados Asia/Magadan America/Aruba Africa/Ceuta Pacific/Tahiti America/St_Thomas America/Coyhaique
Africa/Sao_Tome America/Antigua America/Ojinaga Europe/Monaco America/St_Vincent Pacific/Saipan Pacific/Majuro
America/St_Lucia America/Cayman Pacific/Apia Pacific/Tarawa Pacific/Bougainville Europe/Andorra
America/Bahia_Banderas Pacific/Efate America/Juneau America/Whitehorse Europe/Jersey America/Grand_Turk
Europe/Gibraltar Europe/Isle_of_Man Indian/Mahe Pacific/Tongatapu America/Dawson_Creek
America/North_Dakota/New_Salem Atlantic/Azores Australia/Broken_Hill America/Swift_Current America/Dominica
Europe/Guernsey Asia/Anadyr America/Indiana/Vincennes America/Nuuk Pacific/Rarotonga Atlantic/Faroe
America/St_Kitts Pacific/Pago_Pago Europe/Mariehamn America/Kralendijk America/Tortola America/Grenada
Pacific/Pohnpei Pacific/Funafuti America/Miquelon America/St_Barthelemy America/Marigot Europe/Vaduz
Europe/San_Marino Arctic/Longyearbyen Atlantic/Stanley America/Anguilla America/Lower_Princes Pacific/Wallis
Pacific/Nauru America/Montserrat Atlantic/Bermuda Pacific/Norfolk Europe/Vatican Atlantic/St_Helena Pacific/Niue
Indian/Christmas Indian/Cocos Pacific/Pitcairn Indian/Kerguelen Atlantic/South_Georgia Pacific/Palau
"""


@cache
def _ranks() -> dict[str, int]:
    return {name: rank for rank, name in enumerate(_MOST_PEOPLE_FIRST.split())}


def rank(name: str) -> int:
    """The rank of a zone by population, 0 for the largest; unknown zones come last."""
    return _ranks().get(name, len(_ranks()))
