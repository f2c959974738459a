"""Cities that are not part of a zone's name in the time zone database, by their zone.

A name that several well-known cities share is listed under the zone of each.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from timezone_mcp import tzdb
from timezone_mcp.spelling import plain

AREAS = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
COMPASS = {"North", "South", "West", "East"}

CITIES: Mapping[str, str] = {
    "Africa/Abidjan": "Yamoussoukro, Bouake",
    "Africa/Accra": "Kumasi",
    "Africa/Addis_Ababa": "Dire Dawa",
    "Africa/Algiers": "Oran, Constantine",
    "Africa/Blantyre": "Lilongwe",
    "Africa/Brazzaville": "Pointe-Noire",
    "Africa/Bujumbura": "Gitega",
    "Africa/Cairo": "Alexandria, Giza, Luxor, Port Said",
    "Africa/Casablanca": "Rabat, Marrakesh, Marrakech, Fez, Tangier, Agadir, Fes",
    "Africa/Dakar": "Saint Louis, St Louis, Touba",
    "Africa/Dar_es_Salaam": "Dodoma, Zanzibar, Mwanza, Arusha",
    "Africa/Douala": "Yaounde",
    "Africa/Harare": "Bulawayo",
    "Africa/Johannesburg": (
        "Cape Town, Durban, Pretoria, Soweto, Port Elizabeth, Bloemfontein, Newcastle, East London, Johannesburg CBD, "
        "Gqeberha, Pietermaritzburg"
    ),
    "Africa/Kampala": "Entebbe",
    "Africa/Khartoum": "Omdurman",
    "Africa/Lagos": "Abuja, Kano, Ibadan, Port Harcourt, Benin City, Kaduna, Onitsha, Enugu, Ilorin, Jos",
    "Africa/Lubumbashi": "Mbuji-Mayi, Kisangani, Bukavu, Goma",
    "Africa/Lusaka": "Ndola",
    "Africa/Nairobi": "Mombasa, Kisumu",
    "Africa/Tripoli": "Benghazi",
    "Africa/Tunis": "Sfax",
    "America/Anguilla": "The Valley",
    "America/Antigua": "St Johns, Saint Johns",
    "America/Argentina/Buenos_Aires": "La Plata, Mar del Plata, Rosario",
    "America/Argentina/Cordoba": "Cordoba, Rosario, Santa Fe, Formosa",
    "America/Argentina/San_Juan": "San Juan",
    "America/Aruba": "Oranjestad",
    "America/Asuncion": "Concepcion Paraguay",
    "America/Bahia": "Salvador",
    "America/Barbados": "Bridgetown",
    "America/Belize": "Belmopan, Belize City",
    "America/Bogota": "Medellin, Cali, Cartagena, Barranquilla, Bucaramanga, Santa Marta, Cucuta",
    "America/Caracas": "Maracaibo, Valencia, Merida, Barcelona Anzoategui, Barquisimeto",
    "America/Cayman": "Georgetown, George Town",
    "America/Chicago": (
        "Dallas, Houston, Austin, San Antonio, Fort Worth, Minneapolis, Saint Paul, St Paul, Milwaukee, Saint Louis, "
        "St Louis, Kansas City, New Orleans, Memphis, Nashville, Oklahoma City, Omaha, Tulsa, Madison, Birmingham, "
        "Springfield, Saint Louis Missouri, Jackson, Des Moines, Wichita, Little Rock, Baton Rouge, Mobile, Lincoln, "
        "Panama City Beach, Aurora, Rochester, Waterloo, Georgetown, Arlington, Corpus Christi, Plano, Lubbock, "
        "Laredo, Irving"
    ),
    "America/Costa_Rica": "San Jose",
    "America/Curacao": "Willemstad",
    "America/Denver": (
        "Salt Lake City, Albuquerque, Colorado Springs, Santa Fe, El Paso, Aurora, Boulder, Provo, Las Cruces, "
        "Cheyenne, Billings"
    ),
    "America/Detroit": "Ann Arbor, Grand Rapids, Lansing",
    "America/Dominica": "Roseau",
    "America/Edmonton": "Calgary, Banff, Red Deer",
    "America/El_Salvador": "San Salvador, Santa Ana",
    "America/Fortaleza": "Sao Luis, Natal, Teresina, Joao Pessoa",
    "America/Grand_Turk": "Cockburn Town",
    "America/Grenada": "St Georges",
    "America/Guadeloupe": "Basse-Terre",
    "America/Guatemala": "Antigua Guatemala, Guatemala City",
    "America/Guayaquil": "Quito, Cuenca",
    "America/Guyana": "Georgetown",
    "America/Halifax": "Dartmouth",
    "America/Havana": "Santiago de Cuba, Santa Clara",
    "America/Jamaica": "Kingston",
    "America/La_Paz": "Santa Cruz, Sucre, Cochabamba, Santa Cruz de la Sierra",
    "America/Lima": "Arequipa, Cusco, Trujillo, Callao",
    "America/Los_Angeles": (
        "San Francisco, San Diego, San Jose, Seattle, Portland, Sacramento, Oakland, Las Vegas, Fresno, Long Beach, "
        "Silicon Valley, Palo Alto, Mountain View, Cupertino, Redmond, Spokane, Reno, Richmond, Santa Cruz, Santa "
        "Barbara, Anaheim, Bakersfield, Ontario, Irvine, Santa Clara, Sunnyvale, Tacoma, Davis, Glendale, "
        "Riverside, Santa Ana, Stockton, Fremont, Chula Vista, Henderson"
    ),
    "America/Lower_Princes": "Philipsburg",
    "America/Managua": "Leon, Granada",
    "America/Martinique": "Fort-de-France",
    "America/Mazatlan": "La Paz Mexico, Culiacan",
    "America/Merida": "Merida",
    "America/Mexico_City": "Guadalajara, Puebla, Leon, Queretaro, Merida Mexico, Morelia, Aguascalientes, Acapulco",
    "America/Miquelon": "Saint-Pierre",
    "America/Moncton": "Saint John, St John",
    "America/Monterrey": "Saltillo, Torreon",
    "America/New_York": (
        "NYC, Washington, Washington DC, Boston, Philadelphia, Miami, Atlanta, Orlando, Tampa, Charlotte, Baltimore, "
        "Pittsburgh, Cleveland, Columbus, Cincinnati, Buffalo, Brooklyn, Manhattan, Raleigh, Richmond, Jacksonville, "
        "Portland, Cambridge, Newark, Hartford, Providence, Springfield, Rochester, Albany, Syracuse, Savannah, "
        "Charleston, Norfolk, Durham, Alexandria Virginia, Greensboro, Fort Lauderdale, Knoxville, Dayton, Toledo, "
        "Akron, Worcester, Queens, Bronx, New York City, Staten Island, Long Island, Virginia Beach, Lexington, "
        "Jersey City, Arlington, Winston-Salem, Portsmouth, Canton, Jamestown, Petersburg"
    ),
    "America/Panama": "Panama City",
    "America/Phoenix": "Tucson, Mesa, Scottsdale, Tempe, Chandler, Gilbert, Glendale",
    "America/Puerto_Rico": "San Juan",
    "America/Regina": "Saskatoon",
    "America/Santiago": "Valparaiso, Concepcion",
    "America/Santo_Domingo": "Punta Cana, Santiago de los Caballeros",
    "America/Sao_Paulo": (
        "Rio de Janeiro, Brasilia, Belo Horizonte, Curitiba, Porto Alegre, Florianopolis, Campinas, Goiania, "
        "Guarulhos, Santos"
    ),
    "America/St_Barthelemy": "Gustavia",
    "America/St_Johns": "Saint Johns",
    "America/St_Kitts": "Basseterre",
    "America/St_Lucia": "Castries",
    "America/St_Thomas": "Charlotte Amalie",
    "America/St_Vincent": "Kingstown",
    "America/Tegucigalpa": "San Pedro Sula",
    "America/Tijuana": "Mexicali",
    "America/Toronto": (
        "Ottawa, Montreal, Quebec, Quebec City, Hamilton, Mississauga, Waterloo, Kingston, London Ontario, Kitchener, "
        "Windsor, Chatham, Brampton, Laval, Markham, Gatineau"
    ),
    "America/Tortola": "Road Town",
    "America/Vancouver": "Victoria, Surrey, Richmond, Burnaby",
    "Asia/Aden": "Sanaa, Sana",
    "Asia/Almaty": "Astana, Nur-Sultan, Shymkent",
    "Asia/Baghdad": "Basra, Mosul, Erbil, Kirkuk, Karbala, Sulaymaniyah",
    "Asia/Bahrain": "Manama",
    "Asia/Bangkok": "Chiang Mai, Phuket, Pattaya",
    "Asia/Brunei": "Bandar Seri Begawan",
    "Asia/Damascus": "Aleppo, Homs, Latakia",
    "Asia/Dhaka": "Chittagong, Chattogram, Khulna, Sylhet",
    "Asia/Dubai": "Abu Dhabi, Sharjah, Al Ain",
    "Asia/Ho_Chi_Minh": "Hanoi, Da Nang, Haiphong, Ho Chi Minh City, Hue, Nha Trang, Can Tho",
    "Asia/Hong_Kong": "Kowloon, Victoria City",
    "Asia/Jakarta": (
        "Bandung, Surabaya, Semarang, Yogyakarta, Medan, Bekasi, Tangerang, Palembang, Bogor, Malang, Batam"
    ),
    "Asia/Jerusalem": "Haifa, Beersheba, East Jerusalem",
    "Asia/Karachi": "Lahore, Islamabad, Rawalpindi, Faisalabad, Peshawar, Hyderabad, Multan, Quetta, Sialkot",
    "Asia/Kathmandu": "Pokhara",
    "Asia/Kolkata": (
        "Mumbai, Bombay, Delhi, New Delhi, Bangalore, Bengaluru, Hyderabad, Chennai, Madras, Pune, Ahmedabad, Jaipur, "
        "Lucknow, Kochi, Cochin, Gurgaon, Gurugram, Noida, Surat, Nagpur, Indore, Chandigarh, Goa, Coimbatore, "
        "Kanpur, Vadodara, Visakhapatnam, Mysore, Thiruvananthapuram, Trivandrum, Bhopal, Patna, Agra, Varanasi, "
        "Amritsar, Srinagar, Ludhiana, Madurai, Nashik, Aurangabad, Ranchi, Prayagraj, Jodhpur, Vijayawada, Guwahati"
    ),
    "Asia/Kuala_Lumpur": "Penang, Johor Bahru, George Town, Georgetown, Ipoh, Petaling Jaya, Shah Alam",
    "Asia/Kuwait": "Kuwait City",
    "Asia/Makassar": "Bali, Denpasar, Samarinda",
    "Asia/Manila": "Quezon City, Cebu, Davao, Makati, San Juan, Cebu City, Zamboanga, Concepcion",
    "Asia/Nicosia": "Limassol, Larnaca",
    "Asia/Novosibirsk": "Akademgorodok",
    "Asia/Qatar": "Doha",
    "Asia/Riyadh": "Jeddah, Mecca, Medina, Dammam, Al Khobar, Taif, Makkah, Madinah",
    "Asia/Seoul": "Busan, Incheon, Daegu, Daejeon, Gwangju, Ulsan, Suwon, Changwon",
    "Asia/Shanghai": (
        "Beijing, Peking, Shenzhen, Guangzhou, Canton, Chengdu, Hangzhou, Wuhan, Xian, Nanjing, Tianjin, Suzhou, "
        "Chongqing, Qingdao, Dalian, Xiamen, Harbin, Ningbo, Zhengzhou, Changsha, Shenyang, Kunming, Hefei, Fuzhou, "
        "Jinan, Dongguan, Foshan, Wuxi, Lhasa, Pudong, Zhuhai, Haikou, Guiyang, Taiyuan"
    ),
    "Asia/Taipei": "Kaohsiung, Taichung, Hsinchu, New Taipei, Tainan",
    "Asia/Tbilisi": "Batumi",
    "Asia/Tehran": "Isfahan, Mashhad, Shiraz, Tabriz, Karaj, Qom",
    "Asia/Tokyo": (
        "Osaka, Kyoto, Yokohama, Nagoya, Sapporo, Fukuoka, Kobe, Hiroshima, Sendai, Kochi, Kawasaki, Saitama, Chiba, "
        "Niigata, Kumamoto, Nagasaki, Nara"
    ),
    "Asia/Yangon": "Mandalay, Naypyidaw, Nay Pyi Taw",
    "Asia/Yekaterinburg": "Chelyabinsk, Ufa, Perm, Tyumen",
    "Atlantic/Bermuda": "Hamilton",
    "Atlantic/Canary": "Santa Cruz, Santa Cruz de Tenerife, Las Palmas de Gran Canaria",
    "Atlantic/Cape_Verde": "Praia",
    "Atlantic/Faroe": "Torshavn, Tórshavn",
    "Atlantic/Madeira": "Funchal",
    "Atlantic/St_Helena": "Jamestown",
    "Australia/Brisbane": "Gold Coast, Cairns, Sunshine Coast, Townsville",
    "Australia/Melbourne": "Geelong, Ballarat, Bendigo",
    "Australia/Perth": "Fremantle",
    "Australia/Sydney": "Canberra, Newcastle, Wollongong",
    "Europe/Amsterdam": "Rotterdam, The Hague, Utrecht, Eindhoven, Groningen, Maastricht",
    "Europe/Andorra": "Andorra la Vella",
    "Europe/Athens": "Thessaloniki, Piraeus, Heraklion",
    "Europe/Berlin": (
        "Munich, Muenchen, München, Frankfurt, Hamburg, Cologne, Koeln, Köln, Stuttgart, Duesseldorf, Düsseldorf, "
        "Leipzig, Dresden, Hanover, Hannover, Nuremberg, Bremen, Dortmund, Essen, Bonn, Karlsruhe, Heidelberg, "
        "Frankfurt am Main, Duisburg, Bochum, Wuppertal, Mannheim, Augsburg, Wiesbaden, Mainz, Freiburg"
    ),
    "Europe/Bratislava": "Kosice",
    "Europe/Brussels": "Antwerp, Ghent, Bruges, Liege, Gent, Charleroi, Namur, Waterloo",
    "Europe/Bucharest": "Cluj-Napoca, Timisoara, Iasi",
    "Europe/Budapest": "Debrecen",
    "Europe/Copenhagen": "Aarhus, Odense, Aalborg, Århus",
    "Europe/Dublin": "Cork, Galway, Limerick, Waterford",
    "Europe/Guernsey": "St Peter Port",
    "Europe/Helsinki": "Espoo, Tampere, Turku",
    "Europe/Isle_of_Man": "Douglas",
    "Europe/Istanbul": (
        "Ankara, Izmir, Antalya, Bursa, Adana, Konya, Gaziantep, Diyarbakir, Kayseri, Eskisehir, Trabzon"
    ),
    "Europe/Jersey": "Saint Helier, St Helier",
    "Europe/Kyiv": "Lviv, Kharkiv, Odesa, Odessa, Dnipro, Donetsk",
    "Europe/Lisbon": "Porto, Braga, Coimbra, Faro, Evora, Setubal",
    "Europe/London": (
        "Manchester, Birmingham, Liverpool, Leeds, Glasgow, Edinburgh, Bristol, Cardiff, Oxford, Cambridge, "
        "Sheffield, Nottingham, Newcastle, Southampton, Brighton, Aberdeen, Durham, Lincoln, Worcester, York, Bath, "
        "Leicester, Coventry, Richmond, Plymouth, Portsmouth, Newcastle upon Tyne, Norwich, Exeter, Swansea, Dundee, "
        "Inverness, Chatham, Windsor, Bradford, Reading, Derby, Preston, Milton Keynes, Swindon, Hull, Northampton"
    ),
    "Europe/Madrid": (
        "Barcelona, Valencia, Seville, Sevilla, Bilbao, Malaga, Zaragoza, Cordoba, Santiago de Compostela, Granada, "
        "Leon, Merida, Cartagena, Toledo, Murcia, Palma, Palma de Mallorca, Alicante, San Sebastian, Pamplona"
    ),
    "Europe/Malta": "Valletta",
    "Europe/Minsk": "Gomel",
    "Europe/Moscow": (
        "Saint Petersburg, St Petersburg, Kazan, Sochi, Nizhny Novgorod, Rostov, Krasnodar, Petersburg, Voronezh, "
        "Rostov-on-Don"
    ),
    "Europe/Oslo": "Bergen, Trondheim, Stavanger, Tromso, Kristiansand",
    "Europe/Paris": (
        "Lyon, Marseille, Toulouse, Nice, Bordeaux, Lille, Nantes, Strasbourg, Montpellier, Grenoble, Saint Denis, "
        "Vincennes, Rennes, Reims, Cannes, Avignon"
    ),
    "Europe/Prague": "Brno, Ostrava",
    "Europe/Rome": (
        "Milan, Milano, Naples, Napoli, Turin, Torino, Florence, Firenze, Venice, Bologna, Genoa, Palermo, Bari, "
        "Catania, Verona, Pisa"
    ),
    "Europe/Sofia": "Plovdiv, Varna",
    "Europe/Stockholm": "Gothenburg, Goteborg, Malmo, Uppsala, Linkoping, Orebro, Umea, Vasteras",
    "Europe/Tirane": "Tirana",
    "Europe/Vienna": "Graz, Salzburg, Linz, Innsbruck, Wien, Klagenfurt",
    "Europe/Warsaw": "Krakow, Cracow, Wroclaw, Gdansk, Poznan, Lodz, Katowice, Lublin, Szczecin, Bydgoszcz, Gdynia",
    "Europe/Zagreb": "Split, Dubrovnik",
    "Europe/Zurich": "Geneva, Bern, Basel, Lausanne, Lugano, Winterthur, Zug",
    "Indian/Chagos": "Diego Garcia",
    "Indian/Christmas": "Flying Fish Cove",
    "Indian/Comoro": "Moroni",
    "Indian/Mahe": "Victoria",
    "Indian/Maldives": "Male",
    "Indian/Mauritius": "Port Louis",
    "Indian/Mayotte": "Mamoudzou",
    "Indian/Reunion": "Saint Paul, Saint Denis, Saint Pierre",
    "Pacific/Auckland": "Wellington, Christchurch, Hamilton, Queenstown, Dunedin, Tauranga, Rotorua",
    "Pacific/Efate": "Port Vila",
    "Pacific/Fiji": "Suva",
    "Pacific/Guadalcanal": "Honiara",
    "Pacific/Guam": "Hagatna",
    "Pacific/Honolulu": "Waikiki, Maui",
    "Pacific/Nauru": "Yaren",
    "Pacific/Niue": "Alofi",
    "Pacific/Palau": "Melekeok, Ngerulmud",
    "Pacific/Pitcairn": "Adamstown",
    "Pacific/Pohnpei": "Palikir",
    "Pacific/Rarotonga": "Avarua",
    "Pacific/Tahiti": "Papeete",
    "Pacific/Tongatapu": "Nukualofa",
    "Pacific/Wallis": "Mata Utu",
}


@cache
def named_by_the_database() -> Mapping[str, tuple[str, ...]]:
    """Current zones by the `plain` spelling of the city in a zone's name; zones with a current name come first."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name in sorted(tzdb.names(), key=lambda name: (tzdb.current(name) != name, name)):
        area, _, rest = name.partition("/")
        city = rest.rpartition("/")[2]
        if area in AREAS and city not in COMPASS and not city.isupper():
            found[plain(city)][tzdb.current(name)] = None
    return {city: tuple(zones) for city, zones in found.items()}
