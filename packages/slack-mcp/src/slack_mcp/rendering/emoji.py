"""Slack's short names of emoji as the characters people see."""

import re
from functools import lru_cache

SHORT_NAME = re.compile(r":([a-z0-9_+'-]{1,100}):(?::skin-tone-([2-6]):)?")
SKIN_TONE_2 = 0x1F3FB
REGIONAL_A = 0x1F1E6
# Slack's own short names, where they differ from the ones other services share.
SLACK_NAMES = {
    "simple_smile": "🙂",
    "thumbsup_all": "👍",
    "email": "✉️",
    "umbrella": "☂️",
    "snowman": "☃️",
    "satellite": "🛰️",
    "egg": "🥚",
    "beetle": "🪲",
    "keycap_star": "*️⃣",
}


def with_emoji(text: str) -> str:
    """Replace every short name that stands for a character; a workspace's own emoji keep their names."""
    return SHORT_NAME.sub(_seen, text) if text.count(":") > 1 else text


@lru_cache(maxsize=2048)
def character(name: str) -> str | None:
    """The character of one short name, or None where it is a workspace's own emoji."""
    if name in SLACK_NAMES:
        return SLACK_NAMES[name]
    if re.fullmatch(r"flag-[a-z]{2}", name):
        return "".join(chr(REGIONAL_A + ord(letter) - ord("a")) for letter in name[-2:])
    from emoji import emojize

    written = emojize(f":{name}:", language="alias")
    return None if written == f":{name}:" else written


def _seen(match: re.Match[str]) -> str:
    found = character(match[1])
    if found is None:
        return match[0]
    return found + (chr(SKIN_TONE_2 + int(match[2]) - 2) if match[2] else "")


def short_name(given: str) -> str:
    """The name Slack wants for a reaction, from `:name:`, `name`, or the character itself."""
    name = given.strip().strip(":")
    if name.isascii():
        return name.lower()
    from emoji import demojize

    toned, tone = _without_tone(name)
    written = demojize(toned, language="alias").strip(":")
    return f"{written}::skin-tone-{tone}" if tone else written


def _without_tone(character: str) -> tuple[str, int]:
    for tone in range(2, 7):
        mark = chr(SKIN_TONE_2 + tone - 2)
        if mark in character:
            return character.replace(mark, ""), tone
    return character, 0
