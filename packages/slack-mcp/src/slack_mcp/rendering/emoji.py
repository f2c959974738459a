"""Conversion between Slack's emoji names and Unicode characters."""

import re
from functools import cache
from importlib import resources

SHORT_NAME = re.compile(r":([a-z0-9_+'-]{1,100}):(?::skin-tone-([2-6])(?:-([2-6]))?:)?")
SKIN_TONE_2 = 0x1F3FB
SKIN_TONES = range(2, 7)
VARIATION_SELECTOR = "\ufe0f"
JOINER = "\u200d"
# Names that Slack accepts and that are missing from its published data.
FURTHER_NAMES = {"simple_smile": "🙂", "thumbsup_all": "👍"}
# Pairs of people: one character, or two joined characters if each person has a skin tone.
JOINED_PAIRS = {
    "\N{MAN AND WOMAN HOLDING HANDS}": "\N{WOMAN}\u200d\N{HANDSHAKE}\u200d\N{MAN}",
    "\N{TWO MEN HOLDING HANDS}": "\N{MAN}\u200d\N{HANDSHAKE}\u200d\N{MAN}",
    "\N{TWO WOMEN HOLDING HANDS}": "\N{WOMAN}\u200d\N{HANDSHAKE}\u200d\N{WOMAN}",
    "\N{KISS}": "\N{ADULT}\u200d\N{HEAVY BLACK HEART}\ufe0f\u200d\N{KISS MARK}\u200d\N{ADULT}",
    "\N{COUPLE WITH HEART}": "\N{ADULT}\u200d\N{HEAVY BLACK HEART}\ufe0f\u200d\N{ADULT}",
    "\N{HANDSHAKE}": "\N{RIGHTWARDS HAND}\u200d\N{LEFTWARDS HAND}",
}


def with_emoji(text: str) -> str:
    """Replace every emoji name by its character; custom emoji of a workspace keep their names."""
    return SHORT_NAME.sub(_replaced, text) if text.count(":") > 1 else text


def character(name: str) -> str | None:
    """The character for one emoji name, or None for a custom emoji of a workspace."""
    return _characters_by_name().get(name)


def with_skin_tone(character: str, first: int, second: int = 0) -> str:
    """An emoji with a skin tone from 2 to 6; a pair of people takes two, any other number means no tone."""
    if first not in SKIN_TONES:
        return character
    first_person, *others = (JOINED_PAIRS.get(character, character) if second else character).split(JOINER)
    if others and second in SKIN_TONES:
        others[-1] = _toned(others[-1], second)
    return JOINER.join([_toned(first_person, first), *others])


def short_name(given: str) -> str:
    """The emoji name that Slack's reaction methods take, from `:name:`, `name`, or the character."""
    name = given.strip()
    if ":" in name or name.isascii():
        return name.strip(":").lower()
    bare, tones = _without_tones(name)
    found = _names_by_character().get(bare)
    if found is None:
        return name
    tone = f"::skin-tone-{'-'.join(map(str, tones))}" if tones else ""
    return found + tone


def _replaced(match: re.Match[str]) -> str:
    found = character(match[1])
    return match[0] if found is None else with_skin_tone(found, int(match[2] or 0), int(match[3] or 0))


def _toned(person: str, tone: int) -> str:
    return person[0] + chr(SKIN_TONE_2 + tone - 2) + person[1:].removeprefix(VARIATION_SELECTOR)


def _without_tones(character: str) -> tuple[str, list[int]]:
    """The emoji without skin tones, for a look-up, and the skin tones."""
    if len(character) == 1:
        return character, []
    tones = [ord(sign) - SKIN_TONE_2 + 2 for sign in character if ord(sign) - SKIN_TONE_2 + 2 in SKIN_TONES]
    untoned = (sign for sign in character if ord(sign) - SKIN_TONE_2 + 2 not in SKIN_TONES)
    return "".join(untoned).replace(VARIATION_SELECTOR, ""), tones


@cache
def _characters_by_name() -> dict[str, str]:
    found = {name: character for character, names in _published() for name in names}
    return found | FURTHER_NAMES


@cache
def _names_by_character() -> dict[str, str]:
    named = {character: names[0] for character, names in _published()}
    named = {joined: named[pair] for pair, joined in JOINED_PAIRS.items()} | named
    return {character.replace(VARIATION_SELECTOR, ""): name for character, name in named.items()}


def _published() -> list[tuple[str, list[str]]]:
    """Emoji and their names from the data file of this package, which `scripts/emoji_names.py` generates."""
    table = resources.files("slack_mcp.rendering").joinpath("emoji_names.txt").read_text(encoding="utf-8")
    rows = (line.split(" ") for line in table.splitlines())
    return [("".join(chr(int(code, 16)) for code in codes.split("-")), names) for codes, *names in rows]
