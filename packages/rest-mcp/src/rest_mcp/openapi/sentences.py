"""Shortening of a document's texts to one printable line for a bridge file."""

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s")
_MARKUP = re.compile(
    r"<[^<>]*>|`{1,3}|(?<!\w)\*{1,3}(?=\w)|(?<=\w)\*{1,3}(?!\w)"
    r"|(?<!\w)_{1,3}(?=\w)([^_]+)_{1,3}(?!\w)|\[([^][]*)\]\([^()]*\)"
)


def first_sentence(text: str, longest: int) -> str | None:
    """The first sentence of a text on one line, without markup, at most `longest` characters; None if it is empty."""
    plain = " ".join(_MARKUP.sub(r"\1\2", text[:2_000]).split())
    printable = "".join(character for character in plain if character.isprintable())
    sentence = _SENTENCE.split(printable, maxsplit=1)[0].strip()
    return (sentence if len(sentence) <= longest else f"{sentence[: longest - 1].rstrip()}…") or None


def one_line(text: str, longest: int) -> str:
    """The text on one printable line of at most `longest` characters."""
    line = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
