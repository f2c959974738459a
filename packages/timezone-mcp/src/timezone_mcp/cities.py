"""Large cities that the time zone database does not name, by the zone whose clocks they keep.

A city that stands under two zones is one of two that share a name; it is never guessed which one is meant.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from timezone_mcp import tzdb
from timezone_mcp.spelling import plain

AREAS = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
COMPASS = {"North", "South", "West", "East"}

UNNAMED: Mapping[str, str] = {
    "Africa/Abidjan": "Yamoussoukro",
    "Africa/Accra": "Kumasi",
    "Africa/Addis_Ababa": "Dire Dawa",
    "Africa/Algiers": "Oran, Constantine",
    "Africa/Cairo": "Alexandria, Giza, Luxor",
    "Africa/Casablanca": "Rabat, Marrakesh, Marrakech, Fez, Tangier",
    "Africa/Dar_es_Salaam": "Dodoma, Zanzibar",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria, Soweto, Port Elizabeth, Bloemfontein",
    "Africa/Lagos": "Abuja, Kano, Ibadan, Port Harcourt",
    "Africa/Nairobi": "Mombasa",
    "America/Argentina/Buenos_Aires": "La Plata, Mar del Plata, Rosario",
    "America/Bogota": "Medellin, Cali, Cartagena, Barranquilla",
    "America/Caracas": "Maracaibo, Valencia",
    "America/Chicago": (
        "Dallas, Houston, Austin, San Antonio, Fort Worth, Minneapolis, Saint Paul, St Paul, Milwaukee, Saint Louis, "
        "St Louis, Kansas City, New Orleans, Memphis, Nashville, Oklahoma City, Omaha, Tulsa, Madison, Birmingham"
    ),
    "America/Costa_Rica": "San Jose",
    "America/Denver": "Salt Lake City, Albuquerque, Colorado Springs, Santa Fe, El Paso, Aurora",
    "America/Edmonton": "Calgary, Banff",
    "America/Guayaquil": "Quito",
    "America/Halifax": "Dartmouth",
    "America/Havana": "Santiago de Cuba",
    "America/La_Paz": "Santa Cruz, Sucre, Cochabamba",
    "America/Los_Angeles": (
        "San Francisco, San Diego, San Jose, Seattle, Portland, Sacramento, Oakland, Las Vegas, Fresno, Long Beach, "
        "Silicon Valley, Palo Alto, Mountain View, Cupertino, Redmond, Spokane, Reno"
    ),
    "America/Mexico_City": "Guadalajara, Puebla, Leon, Queretaro",
    "America/Monterrey": "Saltillo",
    "America/New_York": (
        "NYC, Washington, Washington DC, Boston, Philadelphia, Miami, Atlanta, Orlando, Tampa, Charlotte, Baltimore, "
        "Pittsburgh, Cleveland, Columbus, Cincinnati, Buffalo, Brooklyn, Manhattan, Raleigh, Richmond, Jacksonville, "
        "Portland, Cambridge, Newark, Hartford, Providence"
    ),
    "America/Phoenix": "Tucson, Mesa, Scottsdale",
    "America/Puerto_Rico": "San Juan",
    "America/Santiago": "Valparaiso, Concepcion",
    "America/Sao_Paulo": "Rio de Janeiro, Brasilia, Belo Horizonte, Curitiba, Porto Alegre, Florianopolis, Campinas",
    "America/Tijuana": "Mexicali",
    "America/Toronto": "Ottawa, Montreal, Quebec, Quebec City, Hamilton, Mississauga, Waterloo, Kingston",
    "America/Vancouver": "Victoria, Surrey",
    "Asia/Almaty": "Astana, Nur-Sultan",
    "Asia/Bangkok": "Chiang Mai, Phuket, Pattaya",
    "Asia/Dhaka": "Chittagong, Chattogram",
    "Asia/Dubai": "Abu Dhabi, Sharjah, Al Ain",
    "Asia/Ho_Chi_Minh": "Hanoi, Da Nang, Haiphong, Ho Chi Minh City",
    "Asia/Jakarta": "Bandung, Surabaya, Semarang, Yogyakarta, Medan",
    "Asia/Jerusalem": "Haifa, Beersheba",
    "Asia/Karachi": "Lahore, Islamabad, Rawalpindi, Faisalabad, Peshawar, Hyderabad",
    "Asia/Kolkata": (
        "Mumbai, Bombay, Delhi, New Delhi, Bangalore, Bengaluru, Hyderabad, Chennai, Madras, Pune, Ahmedabad, Jaipur, "
        "Lucknow, Kochi, Cochin, Gurgaon, Gurugram, Noida, Surat, Nagpur, Indore, Chandigarh, Goa"
    ),
    "Asia/Kuala_Lumpur": "Penang, Johor Bahru, George Town",
    "Asia/Makassar": "Bali, Denpasar",
    "Asia/Manila": "Quezon City, Cebu, Davao, Makati",
    "Asia/Riyadh": "Jeddah, Mecca, Medina, Dammam",
    "Asia/Seoul": "Busan, Incheon, Daegu, Daejeon",
    "Asia/Shanghai": (
        "Beijing, Peking, Shenzhen, Guangzhou, Canton, Chengdu, Hangzhou, Wuhan, Xian, Nanjing, Tianjin, Suzhou, "
        "Chongqing, Qingdao, Dalian, Xiamen, Harbin"
    ),
    "Asia/Taipei": "Kaohsiung, Taichung, Hsinchu",
    "Asia/Tehran": "Isfahan, Mashhad, Shiraz, Tabriz",
    "Asia/Tokyo": "Osaka, Kyoto, Yokohama, Nagoya, Sapporo, Fukuoka, Kobe, Hiroshima, Sendai",
    "Asia/Yangon": "Mandalay, Naypyidaw",
    "Australia/Brisbane": "Gold Coast, Cairns",
    "Australia/Melbourne": "Geelong",
    "Australia/Sydney": "Canberra, Newcastle, Wollongong",
    "Europe/Amsterdam": "Rotterdam, The Hague, Utrecht, Eindhoven",
    "Europe/Athens": "Thessaloniki",
    "Europe/Berlin": (
        "Munich, Muenchen, München, Frankfurt, Hamburg, Cologne, Koeln, Köln, Stuttgart, Duesseldorf, Düsseldorf, "
        "Leipzig, Dresden, Hanover, Hannover, Nuremberg, Bremen, Dortmund, Essen, Bonn, Karlsruhe, Heidelberg"
    ),
    "Europe/Brussels": "Antwerp, Ghent, Bruges, Liege",
    "Europe/Bucharest": "Cluj-Napoca, Timisoara, Iasi",
    "Europe/Copenhagen": "Aarhus, Odense",
    "Europe/Dublin": "Cork, Galway, Limerick",
    "Europe/Helsinki": "Espoo, Tampere, Turku",
    "Europe/Istanbul": "Ankara, Izmir, Antalya, Bursa",
    "Europe/Kyiv": "Lviv, Kharkiv, Odesa, Odessa, Dnipro",
    "Europe/Lisbon": "Porto, Braga, Coimbra, Faro",
    "Europe/London": (
        "Manchester, Birmingham, Liverpool, Leeds, Glasgow, Edinburgh, Bristol, Cardiff, Oxford, Cambridge, Sheffield, "
        "Nottingham, Newcastle, Southampton, Brighton, Aberdeen"
    ),
    "Europe/Madrid": "Barcelona, Valencia, Seville, Sevilla, Bilbao, Malaga, Zaragoza, Cordoba, Santiago de Compostela",
    "Europe/Moscow": "Saint Petersburg, St Petersburg, Kazan, Sochi, Nizhny Novgorod, Rostov",
    "Europe/Oslo": "Bergen, Trondheim, Stavanger",
    "Europe/Paris": "Lyon, Marseille, Toulouse, Nice, Bordeaux, Lille, Nantes, Strasbourg, Montpellier, Grenoble",
    "Europe/Prague": "Brno, Ostrava",
    "Europe/Rome": "Milan, Milano, Naples, Napoli, Turin, Torino, Florence, Firenze, Venice, Bologna, Genoa, Palermo",
    "Europe/Stockholm": "Gothenburg, Goteborg, Malmo, Uppsala",
    "Europe/Vienna": "Graz, Salzburg, Linz, Innsbruck, Wien",
    "Europe/Warsaw": "Krakow, Cracow, Wroclaw, Gdansk, Poznan, Lodz, Katowice",
    "Europe/Zurich": "Geneva, Bern, Basel, Lausanne, Lugano, Winterthur, Zug",
    "Indian/Mahe": "Victoria",
    "Pacific/Auckland": "Wellington, Christchurch, Hamilton, Queenstown, Dunedin",
    "Pacific/Honolulu": "Waikiki, Maui",
}


@cache
def zones_by_city() -> Mapping[str, tuple[str, ...]]:
    """The zones a city's name may mean, by its `plain` spelling; one the database names itself comes alone."""
    own: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name in sorted(tzdb.names(), key=lambda name: (tzdb.current(name) != name, name)):
        area, _, rest = name.partition("/")
        city = rest.rpartition("/")[2]
        if area in AREAS and city not in COMPASS and not city.isupper():
            own[plain(city)][tzdb.current(name)] = None
    others: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for zone, cities in UNNAMED.items():
        for city in cities.split(", "):
            others[plain(city)][zone] = None
    return {city: tuple(zones) for city, zones in {**others, **own}.items()}
