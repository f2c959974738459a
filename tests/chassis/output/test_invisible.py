"""Invisible characters that belong to ordinary writing stay; all others go. Unicode's and CLDR's own data judge."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import services
from mcp_chassis.output.sanitize import sanitize, sanitize_json

SUPPORT = Path(__file__).parents[2] / "support"
LOCALES = """
    ar fa he hi bn ta te kn ml gu pa si th lo km my ka hy am el ru zh ja ko mn-Mong ug ur or bo chr vai zgh
    sat mni-Mtei ckb ks ne mr nqo ff-Adlm ccp ii dz syr yi en vi de zh-Hant
"""
NEVER_KEPT = set("\u200e\u200f\u061c\xad\u2060\ufeff")
HEART, FAMILY, PIRATE = "\u2764\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3f4\u200d\u2620\ufe0f"


def from_node(script: str, *arguments: str) -> Any:
    command = [services.node(), str(SUPPORT / script), *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def is_clumsy(text: str) -> bool:
    """Whether a published text repeats an invisible character, or has one at its edge or after a blank."""
    return bool(NEVER_KEPT & set(text)) or any(
        mark * 2 in text or text.startswith(mark) or f" {mark}" in text or "\u200b " in text
        for mark in "\u200b\u200c\u200d"
    )


def test_every_default_ignorable_code_point_between_latin_letters_is_removed() -> None:
    ignorable: list[int] = from_node("ignorable.mjs")
    assert len(ignorable) > 4_000
    assert [hex(point) for point in ignorable if sanitize(f"a{chr(point)}b") != ("ab", 1)] == []


def test_names_of_languages_countries_and_currencies_in_forty_scripts_stay_as_they_are() -> None:
    names: dict[str, list[str]] = from_node("cldr_names.mjs", *LOCALES.split())
    texts = [text for found in names.values() for text in found if not is_clumsy(text)]
    assert len(texts) > 20_000
    changed = [ascii(text) for text in texts if sanitize(text) != (text, 0)]
    assert [text for text in changed if "\\u0d7b\\u200c" not in text] == []  # a chillu needs no non-joiner


def test_every_emoji_that_unicode_recommends_stays_as_it_is() -> None:
    data = json.loads((services.npm_package("emoji-datasource") / "emoji.json").read_text())
    forms = [form for entry in data for form in (entry, *entry.get("skin_variations", {}).values())]
    names = [form[key] for form in forms for key in ("unified", "non_qualified") if form.get(key)]
    emoji = ["".join(chr(int(point, 16)) for point in name.split("-")) for name in names]
    assert len(emoji) > 3_000
    assert [each for each in emoji if sanitize(f"a {each} b{each}c") != (f"a {each} b{each}c", 0)] == []


@pytest.mark.parametrize(
    "text",
    [
        f"{HEART} {FAMILY} {PIRATE} 1\ufe0f\u20e3 \u2764\ufe0e",
        "葛\U000e0100城 \uf900\ufe00",
        "\u2229\ufe00 0\ufe00 \u3001\ufe01",
        "\u1820\u180b\u182e\u180e\u1820",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
        "\u0d28\u0d4d\u200d \u0cb0\u0ccd\u200c, \u0647\u200d",
        "PDF\u200c\u0647\u0627 \u06f5\u200c\u0633\u0627\u0644\u0647",
        "\u1780\u17b5\u1798 \u1780\u1784\u200b\u1780\u1784",
        "\u1100\u1160\u11a8 \u115f\u1161 \u115f\u1160\u11a8 \uac00\u3164\uac01",
    ],
)
def test_an_invisible_character_is_kept_where_a_script_or_an_emoji_uses_it(text: str) -> None:
    assert sanitize(text) == (text, 0)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\ufe0fb", "ab"),
        ("\ufe0f\u2764", "\u2764"),
        (f"{HEART}\ufe0f\ufe0e", HEART),
        ("\U0001f600" + "".join(map(chr, range(0xE0100, 0xE0140))), "\U0001f600"),
        ("葛\U000e0100\U000e0101", "葛\U000e0100"),
        ("葛\ufe0f", "葛"),
        ("a\u200d\U0001f467", "a\U0001f467"),
        ("\U0001f468\u200d", "\U0001f468"),
        ("\U0001f468\u200d\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("a\u180eb\u180b", "ab"),
        ("a\u3164b \uac00\u3164 \u3164\uac00", "ab \uac00 \uac00"),
        ("\u1160 \u115f", " "),
        ("a\u17b4b", "ab"),
        ("a\u200bb \u1780\u200b\u200b\u1780", "ab \u1780\u200b\u1780"),
        ("ab\u034f\u2065\U000e0fff\ufff0\U0001d173", "ab"),
    ],
)
def test_an_invisible_character_anywhere_else_is_removed(text: str, cleaned: str) -> None:
    assert sanitize(text) == (cleaned, len(text) - len(cleaned))


def test_keys_that_become_equal_keep_both_their_values() -> None:
    value = {"role\u200b": "admin", "role": "user", "role\u200c": "none", "role (2)": "other"}
    assert sanitize_json(value) == (
        {"role (3)": "admin", "role": "user", "role (4)": "none", "role (2)": "other"},
        2,
    )
