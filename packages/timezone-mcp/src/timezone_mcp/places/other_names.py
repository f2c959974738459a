"""Local and former names of places, and places that are neither a city nor a state, by their zone."""

from collections.abc import Mapping

OTHER_NAMES: Mapping[str, str] = {
    "Africa/Johannesburg": "Capetown",
    "America/Sao_Paulo": "Rio",
    "Arctic/Longyearbyen": "Svalbard",
    "Asia/Baghdad": "Bagdad",
    "Asia/Bangkok": "Siam",
    "Asia/Seoul": "Jeju",
    "Asia/Shanghai": "Tibet",
    "Asia/Tehran": "Teheran",
    "Europe/Amsterdam": "Den Haag",
    "Europe/Athens": "Athen, Athina, Crete",
    "Europe/Belgrade": "Beograd",
    "Europe/Brussels": "Brussel, Bruxelles",
    "Europe/Bucharest": "Bucuresti",
    "Europe/Copenhagen": "Kobenhavn",
    "Europe/Istanbul": "Constantinople",
    "Europe/Lisbon": "Lisboa, Lissabon",
    "Europe/Moscow": "Leningrad, Moscou, Moskau, Moskva",
    "Europe/Prague": "Prag, Praha",
    "Europe/Rome": "Firenze, Milano, Napoli, Rom, Roma, Torino, Venezia",
    "Europe/Simferopol": "Sevastopol",
    "Europe/Warsaw": "Warschau, Warszawa",
    "Europe/Zurich": "Geneve, Genf",
}
