"""Default-ignorable code points of Unicode: selection of those in a run that ordinary text uses.

Code points with the property Default_Ignorable_Code_Point are invisible, so that runs of them can hide words or bits
from a reader. A few are used in ordinary text: a variation selector after a base that allows it, joiners inside emoji
and between joining letters, fillers inside Khmer and Hangul words, word boundaries in scripts written without spaces,
and flags made of tags. At most one of each kind is kept at a place.
"""

import re
import unicodedata

DEFAULT_IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Body of a character class: Default_Ignorable_Code_Point of Unicode 16."""

_BLACK_FLAG = "\U0001f3f4"
# The subdivision flags that fonts support; any other sequence of tags could hide words behind a black flag.
_FLAG_TAGS = re.compile(
    "(?:"
    + "|".join(
        "".join(chr(0xE0000 + ord(letter)) for letter in region)
        for region in ("gbeng", "gbsct", "gbwls", "usca", "ustx")
    )
    + ")\U000e007f"
)
_ZWSP, _ZWNJ, _ZWJ, _MONGOLIAN_VOWEL_SEPARATOR = "\u200b", "\u200c", "\u200d", "\u180e"
_JOINERS = {_ZWSP, _ZWNJ, _ZWJ, _MONGOLIAN_VOWEL_SEPARATOR}
_VIRAMA = 9  # a canonical combining class

# Blocks whose letters change shape beside each other: the Arabic family, the Brahmic scripts with a virama,
# Mongolian and its relatives.
_JOINING_BLOCKS = (
    (0x0600, 0x08FF),
    (0x0900, 0x0DFF),
    (0x1000, 0x109F),
    (0x1780, 0x18AF),
    (0xA840, 0xA87F),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10AC0, 0x10AFF),
    (0x10B80, 0x10BAF),
    (0x10D00, 0x10D3F),
    (0x10F30, 0x10FDF),
    (0x11000, 0x1145F),
    (0x1E900, 0x1E95F),
)
_MONGOLIAN = ((0x1800, 0x18AA),)
_WITHOUT_SPACES = ((0x0E01, 0x0EDF), (0x1000, 0x109F), (0x1780, 0x17DD), (0x1950, 0x1AAD), (0xAA60, 0xAADF))
_KHMER = ((0x1780, 0x17D3),)
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_HANGUL_INITIALS = ((0x1100, 0x115E), (0xA960, 0xA97C))
_HANGUL_FINALS = ((0x11A8, 0x11FF), (0xD7CB, 0xD7FB))
_HANGUL_MEDIALS = ((0x1161, 0x11A7), (0xD7B0, 0xD7C6))
_HANGUL = ((0x3131, 0x318E), (0xAC00, 0xD7A3), (0xFFA1, 0xFFDC))
# Bases of the first variation selectors besides mathematical symbols, in Unicode's list of standardized variants.
_STANDARDIZED_BASES = (
    (0x30, 0x30),
    (0x1000, 0x109F),
    (0x2018, 0x201F),
    (0x3001, 0x3002),
    (0x3041, 0x30FF),
    (0xA840, 0xA87F),
    (0xAA60, 0xAA7F),
    (0xFF01, 0xFF1F),
    (0x10AC0, 0x10AF6),
    (0x13000, 0x1345F),
    *_HAN,
)
_EMOJI_AS_TEXT = set("#*0123456789©®‼⁉™\u2139〰〽")
_SKIN_TONES = ((0x1F3FB, 0x1F3FF),)


def kept_of(match: re.Match[str]) -> str:
    """The characters to keep of a run of default-ignorable ones: those that ordinary text has at this place."""
    text, run = match.string, match.group()
    before = text[match.start() - 1] if match.start() else ""
    after = text[match.end()] if match.end() < len(text) else ""
    kept = _attached(before, run)
    if filler := _filler(before, run, after):
        return filler
    joiner = next((each for each in run[len(kept) :] if each in _JOINERS and _joins(before, each, after)), "")
    return kept + joiner


def _attached(before: str, run: str) -> str:
    """The tags of a flag, or the variation selector, at the beginning of a run; empty if there are none."""
    if before == _BLACK_FLAG and (flag := _FLAG_TAGS.match(run)):
        return flag.group()
    return run[0] if before and _takes(before, ord(run[0])) else ""


def _takes(base: str, selector: int) -> bool:
    """Whether Unicode defines or registers variation sequences of this kind of base with this selector."""
    if 0xE0100 <= selector <= 0xE01EF:
        return _within(base, _HAN)
    if 0x180B <= selector <= 0x180F and selector != 0x180E:
        return _within(base, _MONGOLIAN) and unicodedata.category(base)[0] == "L"
    if selector in (0xFE0E, 0xFE0F):
        return base in _EMOJI_AS_TEXT or _is_symbol(base)
    if 0xFE00 <= selector <= 0xFE06:
        return unicodedata.category(base) == "Sm" or _within(base, _STANDARDIZED_BASES)
    return False


def _filler(before: str, run: str, after: str) -> str:
    """The filler of a run inside a word: a Khmer inherent vowel, or of a Hangul syllable with a part left out."""
    first = run[0]
    if first in "\u17b4\u17b5":
        return first if _within(before, _KHMER) else ""
    if run == "\u115f\u1160":
        return run if _within(after, _HANGUL_FINALS) else ""
    if first == "\u1160":
        return first if _within(before, _HANGUL_INITIALS) else ""
    if run[-1] == "\u115f":
        return "\u115f" if _within(after, _HANGUL_MEDIALS) else ""
    return first if first in "\u3164\uffa0" and _within(before, _HANGUL) and _within(after, _HANGUL) else ""


def _joins(before: str, joiner: str, after: str) -> bool:
    if not before:
        return False
    if joiner == _MONGOLIAN_VOWEL_SEPARATOR:
        return _is_letter(before, _MONGOLIAN) and _is_letter(after, _MONGOLIAN)
    if joiner == _ZWSP:
        return _is_letter(before, _WITHOUT_SPACES) and _is_letter(after, _WITHOUT_SPACES)
    if joiner == _ZWJ and _is_symbol(after):
        return _is_symbol(before) or _within(before, _SKIN_TONES)
    if joiner == _ZWJ or unicodedata.combining(before) == _VIRAMA:
        return _is_letter(before, _JOINING_BLOCKS)  # also at the end of a word, where it chooses a form
    joinable = before.isalnum() or _is_letter(before, _JOINING_BLOCKS)
    return joinable and _within(after, _JOINING_BLOCKS) and unicodedata.category(after)[0] == "L"


def _is_symbol(character: str) -> bool:
    """Whether a character may be an emoji: symbols from the arrows on."""
    return character >= "\u2190" and unicodedata.category(character) in ("So", "Sm")


def _is_letter(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    return _within(character, blocks) and unicodedata.category(character)[0] in "LM"


def _within(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in blocks)
