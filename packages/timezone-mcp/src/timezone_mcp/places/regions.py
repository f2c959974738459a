"""States, provinces and other parts of countries, by their zone.

A region is listed under each zone with at least 5 % of its people (GeoNames, cities of 15,000 people and more).
"""

from collections.abc import Mapping

REGIONS: Mapping[str, str] = {
    "America/Anchorage": "Alaska",
    "America/Argentina/Buenos_Aires": "Patagonia",
    "America/Araguaina": "Tocantins",
    "America/Bahia": "Bahia",
    "America/Bahia_Banderas": "Nayarit",
    "America/Belem": "Para, Amapa",
    "America/Boa_Vista": "Roraima",
    "America/Boise": "Idaho",
    "America/Campo_Grande": "Mato Grosso do Sul",
    "America/Cancun": "Quintana Roo",
    "America/Chicago": (
        "Texas, Illinois, Wisconsin, Minnesota, Iowa, Missouri, Arkansas, Louisiana, Mississippi, Alabama, Oklahoma, "
        "Kansas, Nebraska, North Dakota, South Dakota, Tennessee, Kentucky, Indiana, Midwest"
    ),
    "America/Chihuahua": "Chihuahua",
    "America/Ciudad_Juarez": "Chihuahua",
    "America/Cuiaba": "Mato Grosso",
    "America/Denver": "Colorado, Utah, Wyoming, Montana, New Mexico, North Dakota, South Dakota",
    "America/Detroit": "Michigan",
    "America/Edmonton": "Alberta, Northwest Territories",
    "America/Fortaleza": "Ceara, Maranhao, Piaui, Rio Grande do Norte, Paraiba",
    "America/Glace_Bay": "Cape Breton",
    "America/Halifax": "Nova Scotia, Prince Edward Island",
    "America/Hermosillo": "Sonora",
    "America/Indiana/Indianapolis": "Indiana",
    "America/Cambridge_Bay": "Nunavut",
    "America/Iqaluit": "Nunavut",
    "America/Rankin_Inlet": "Nunavut",
    "America/Juneau": "Alaska",
    "America/Los_Angeles": "California, Washington, Washington State, Oregon, Nevada, Idaho",
    "America/Maceio": "Alagoas, Sergipe",
    "America/Manaus": "Amazonas",
    "America/Matamoros": "Tamaulipas, Coahuila",
    "America/Mazatlan": "Sinaloa, Baja California Sur, Nayarit",
    "America/Merida": "Yucatan, Campeche, Tabasco",
    "America/Mexico_City": "Jalisco, Guanajuato, Veracruz, Michoacan, Oaxaca, Chiapas, San Luis Potosi, Hidalgo",
    "America/Moncton": "New Brunswick",
    "America/Monterrey": "Nuevo Leon, Coahuila, Durango, Tamaulipas",
    "America/New_York": (
        "New York State, New Jersey, Pennsylvania, Massachusetts, Connecticut, Rhode Island, Vermont, New Hampshire, "
        "Maine, Delaware, Maryland, Virginia, West Virginia, North Carolina, South Carolina, Georgia, Florida, Ohio, "
        "District of Columbia, Kentucky, Tennessee, New England"
    ),
    "America/Phoenix": "Arizona",
    "America/Porto_Velho": "Rondonia",
    "America/Recife": "Pernambuco",
    "America/Regina": "Saskatchewan",
    "America/Rio_Branco": "Acre",
    "America/Santarem": "Para",
    "America/Sao_Paulo": (
        "Minas Gerais, Parana, Santa Catarina, Rio Grande do Sul, Goias, Espirito Santo, Federal District"
    ),
    "America/St_Johns": "Newfoundland, Newfoundland and Labrador",
    "America/Tijuana": "Baja California",
    "America/Toronto": "Ontario, Quebec Province",
    "America/Vancouver": "British Columbia",
    "America/Whitehorse": "Yukon, Yukon Territory",
    "America/Winnipeg": "Manitoba",
    "Asia/Jakarta": "Java, Sumatra",
    "Asia/Jayapura": "Papua",
    "Asia/Karachi": "Punjab, Sindh, Khyber Pakhtunkhwa, Balochistan, Kashmir",
    "Asia/Kolkata": (
        "Maharashtra, Karnataka, Kerala, Tamil Nadu, Telangana, Andhra Pradesh, Gujarat, Rajasthan, Punjab, Haryana, "
        "West Bengal, Uttar Pradesh, Madhya Pradesh, Bihar, Odisha, Assam, Kashmir"
    ),
    "Asia/Kuching": "Sarawak, Sabah",
    "Asia/Makassar": "Sulawesi",
    "Asia/Shanghai": "Guangdong, Zhejiang, Jiangsu, Sichuan, Hubei, Hunan, Fujian, Shandong, Henan, Yunnan",
    "Asia/Tokyo": "Hokkaido, Okinawa, Kansai",
    "Asia/Urumqi": "Xinjiang",
    "Atlantic/Azores": "Azores",
    "Atlantic/Canary": "Canary Islands, Canaries, Tenerife, Gran Canaria, Las Palmas",
    "Atlantic/Madeira": "Madeira",
    "Australia/Adelaide": "South Australia",
    "Australia/Brisbane": "Queensland",
    "Australia/Darwin": "Northern Territory",
    "Australia/Hobart": "Tasmania",
    "Australia/Melbourne": "Victoria",
    "Australia/Perth": "Western Australia",
    "Australia/Sydney": "New South Wales, NSW, Australian Capital Territory",
    "Europe/Belgrade": "Kosovo, Pristina, Prishtina, Vojvodina",
    "Europe/Berlin": (
        "Bavaria, Bayern, Hesse, Hessen, Saxony, Sachsen, Lower Saxony, North Rhine-Westphalia, Baden-Wuerttemberg, "
        "Brandenburg, Thuringia, Saarland, Schleswig-Holstein"
    ),
    "Europe/Brussels": "Flanders, Wallonia",
    "Europe/Kaliningrad": "Kaliningrad Oblast",
    "Europe/Kyiv": "Donbas",
    "Europe/Lisbon": "Algarve",
    "Europe/London": "Surrey, Essex, Sussex, Yorkshire, Cornwall, Devon, Lancashire, Greater Manchester",
    "Europe/Madrid": "Catalonia, Andalusia, Galicia, Basque Country, Balearic Islands, Mallorca, Ibiza, La Rioja",
    "Europe/Moscow": "Tatarstan, Chechnya, Dagestan",
    "Europe/Paris": "Brittany, Normandy, Provence, Alsace, Corsica",
    "Europe/Rome": "Lombardy, Tuscany, Sicily, Sardinia, Veneto, Piedmont",
    "Europe/Simferopol": "Crimea",
    "Europe/Zurich": "Ticino",
    "Pacific/Auckland": "North Island, South Island",
    "Pacific/Chatham": "Chatham Islands",
    "Pacific/Easter": "Easter Island, Rapa Nui",
    "Pacific/Galapagos": "Galapagos Islands",
    "Pacific/Honolulu": "Hawaii",
}

# Abbreviations of states after a city, as in "Austin, TX" or "Perth, WA", and the states that they may mean.
_SUBDIVISIONS = (
    "AK Alaska, AL Alabama, AR Arkansas, AZ Arizona, CA California, CO Colorado, CT Connecticut, DC District of "
    "Columbia, DE Delaware, FL Florida, GA Georgia, HI Hawaii, IA Iowa, ID Idaho, IL Illinois, IN Indiana, KS "
    "Kansas, KY Kentucky, LA Louisiana, MA Massachusetts, MD Maryland, ME Maine, MI Michigan, MN Minnesota, MO "
    "Missouri, MS Mississippi, MT Montana, NC North Carolina, ND North Dakota, NE Nebraska, NH New Hampshire, NJ "
    "New Jersey, NM New Mexico, NV Nevada, NY New York State, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, "
    "RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VA Virginia, VT "
    "Vermont, WA Washington State, WI Wisconsin, WV West Virginia, WY Wyoming, "
    "AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland, NS Nova Scotia, NT Northwest "
    "Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec Province, SK Saskatchewan, YT Yukon, "
    "ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland, SA South "
    "Australia, TAS Tasmania, VIC Victoria, WA Western Australia"
)


def subdivisions(letters: str) -> list[str]:
    """The states and provinces of the United States, Canada and Australia that have this abbreviation."""
    entries = (entry.split(" ", 1) for entry in _SUBDIVISIONS.split(", "))
    return [name for abbreviation, name in entries if abbreviation == letters.upper()]
