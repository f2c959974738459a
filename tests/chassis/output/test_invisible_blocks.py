"""Borders of the Unicode blocks in which an invisible character is kept, each with its neighbours outside."""

import unicodedata
from collections.abc import Callable, Iterator

import pytest
from mcp_chassis.output.sanitize import sanitize

Blocks = tuple[tuple[int, int], ...]

JOINING = (
    (0x0600, 0x0DFF), (0x1000, 0x109F), (0x1780, 0x18AF), (0xA840, 0xA87F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC),
    (0x10AC0, 0x10AFF), (0x10B80, 0x10BAF), (0x10D00, 0x10D3F), (0x10F30, 0x10FDF), (0x11000, 0x1145F),
    (0x1E900, 0x1E95F),
)  # fmt: skip
MONGOLIAN = ((0x1800, 0x18AA),)
WITHOUT_SPACES = ((0x0E01, 0x0EDF), (0x1000, 0x109F), (0x1780, 0x17DD), (0x1950, 0x1AAD), (0xAA60, 0xAADF))
KHMER = ((0x1780, 0x17D3),)
HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
INITIALS = ((0x1100, 0x115E), (0xA960, 0xA97C))
FINALS = ((0x11A8, 0x11FF), (0xD7CB, 0xD7FB))
MEDIALS = ((0x1161, 0x11A7), (0xD7B0, 0xD7C6))
HANGUL = ((0x3131, 0x318E), (0xAC00, 0xD7A3), (0xFFA1, 0xFFDC))
STANDARDIZED = (
    (0x30, 0x30), (0x1000, 0x109F), (0x2018, 0x201F), (0x3001, 0x3002), (0x3041, 0x30FF), (0xA840, 0xA87F),
    (0xAA60, 0xAA7F), (0xFF01, 0xFF1F), (0x10AC0, 0x10AF6), (0x13000, 0x1345F), *HAN,
)  # fmt: skip
SKIN_TONES = ((0x1F3FB, 0x1F3FF),)
EMOJI_AS_TEXT = tuple((ord(each), ord(each)) for each in "#*0123456789©®‼⁉™\u2139〰〽")


def is_any(character: str) -> bool:
    return True


def is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] == "L"


def is_letter_or_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def is_symbol(character: str) -> bool:
    return character >= "\u2190" and unicodedata.category(character) in ("So", "Sm")


def is_mathematical(character: str) -> bool:
    return unicodedata.category(character) == "Sm"


def is_never(character: str) -> bool:
    return False


Is = Callable[[str], bool]
KEPT: dict[str, tuple[str, Blocks, Is, Is]] = {
    "non-joiner before": ("\u06cc\u200c{}", JOINING, is_letter, is_never),
    "joiner after": ("{}\u200d", JOINING, is_letter_or_mark, is_never),
    "ideographic selector": ("{}\U000e0100", HAN, is_any, is_never),
    "last ideographic selector": ("{}\U000e01ef", HAN, is_any, is_never),
    "Mongolian selector": ("{}\u180b", MONGOLIAN, is_letter, is_never),
    "last Mongolian selector": ("{}\u180f", MONGOLIAN, is_letter, is_never),
    "Mongolian vowel separator": ("\u1820\u180e{}", MONGOLIAN, is_letter_or_mark, is_never),
    "zero-width space": ("\u1780\u200b{}", WITHOUT_SPACES, is_letter_or_mark, is_never),
    "zero-width space after": ("{}\u200b\u1780", WITHOUT_SPACES, is_letter_or_mark, is_never),
    "Khmer vowel": ("{}\u17b4", KHMER, is_any, is_never),
    "other Khmer vowel": ("{}\u17b5", KHMER, is_any, is_never),
    "medial filler": ("{}\u1160", INITIALS, is_any, is_never),
    "two fillers": ("\u115f\u1160{}", FINALS, is_any, is_never),
    "initial filler": ("\u115f{}", MEDIALS, is_any, is_never),
    "Hangul filler": ("{0}\u3164{0}", HANGUL, is_any, is_never),
    "narrow Hangul filler": ("{0}\uffa0{0}", HANGUL, is_any, is_never),
    "standardized selector": ("{}\ufe00", STANDARDIZED, is_any, is_mathematical),
    "last standardized selector": ("{}\ufe06", STANDARDIZED, is_any, is_mathematical),
    "emoji selector": ("{}\ufe0f", EMOJI_AS_TEXT, is_any, is_symbol),
    "text selector": ("{}\ufe0e", EMOJI_AS_TEXT, is_any, is_symbol),
    "joiner of emoji": ("{}\u200d\u2764", SKIN_TONES, is_any, is_symbol),
}
"""Text around a character; the blocks and the kind of characters in them, and the kind outside of them, that keep."""

NEVER_KEPT = ["a\ufe07", "\u2229\ufe07", "\u6f22\ufe0d", "\u6f22\U000e01f0", "\u1820\u1810\u180b", "\u6f22\u180b"]


def borders(blocks: Blocks) -> Iterator[str]:
    """Each first and last character with its neighbours, without invisible ones and halves of surrogate pairs."""
    for point in (near for block in blocks for border in block for near in (border - 1, border, border + 1)):
        character = chr(point)
        if not 0xD800 <= point <= 0xDFFF and sanitize(character) == (character, 0):
            yield character


def within(character: str, blocks: Blocks) -> bool:
    return any(first <= ord(character) <= last for first, last in blocks)


@pytest.mark.parametrize("kind", KEPT)
def test_an_invisible_character_is_kept_exactly_within_its_blocks(kind: str) -> None:
    form, blocks, inside, outside = KEPT[kind]
    characters = [*borders(blocks), "a", "\u2190", "\u218f", "\u2229", "\u2764", "+", "\U0001f600"]
    wrong = [
        hex(ord(character))
        for character in dict.fromkeys(characters)
        if (sanitize(form.format(character))[1] == 0)
        != ((within(character, blocks) and inside(character)) or outside(character))
    ]
    assert wrong == []


@pytest.mark.parametrize("text", NEVER_KEPT)
def test_a_selector_that_unicode_does_not_define_after_a_base_is_removed(text: str) -> None:
    assert sanitize(text) == (text[:-1], 1)
