"""Conversion of emoji names in both directions, compared with npm's emoji-datasource if it is installed."""

import json
from typing import Any

import pytest
from services import NODE_PACKAGES
from slack_mcp.rendering.emoji import short_name, with_emoji

SKIN_TONE_2 = 0x1F3FB


def published() -> list[dict[str, Any]]:
    file = NODE_PACKAGES / "emoji-datasource" / "emoji.json"
    if not file.is_file():
        pytest.skip("npm's emoji-datasource is not installed: run `make node`")
    return json.loads(file.read_text(encoding="utf-8"))


def character(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split("-"))


def test_every_published_emoji_name_and_character_are_converted_to_each_other():
    emoji = published()
    unlike = [
        (name, with_emoji(f":{name}:"))
        for one in emoji
        for name in one["short_names"]
        if with_emoji(f":{name}:") != character(one["unified"])
    ]
    unnamed = [one["short_name"] for one in emoji if short_name(character(one["unified"])) != one["short_name"]]
    assert (unlike, unnamed) == ([], [])


def test_every_published_skin_tone_is_converted_in_both_directions():
    wrong: list[str] = []
    for one in published():
        for tones, variation in one.get("skin_variations", {}).items():
            numbers = "-".join(str(int(code, 16) - SKIN_TONE_2 + 2) for code in tones.split("-"))
            name, shown = f"{one['short_name']}::skin-tone-{numbers}", character(variation["unified"])
            wrong += [] if (with_emoji(f":{name}:"), short_name(shown)) == (shown, name) else [name]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("male-technologist", "👨‍💻"),
        ("flag-at", "🇦🇹"),
        ("man-running::skin-tone-4", "🏃🏽‍♂️"),
        ("+1", "👍"),
        ("ladybug", "🐞"),
    ],
)
def test_emoji_names_that_only_slack_uses_are_converted(name: str, shown: str):
    assert with_emoji(f":{name}:") == shown
    assert short_name(shown) == name


def test_a_custom_emoji_of_a_workspace_is_shown_by_its_name():
    assert with_emoji(":party_parrot:") == ":party_parrot:"
    assert short_name(":party_parrot:") == "party_parrot"
