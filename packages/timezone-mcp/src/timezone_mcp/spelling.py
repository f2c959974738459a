"""Normalisation of names for comparison, and of callers' texts for display."""

import unicodedata

MAX_SHOWN_CHARS = 40
DROPPED_CHARS = ".'\u2019"  # St. John's
HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))  # typographic, and the minus sign
LETTERS = str.maketrans({"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0131": "i", "\u00e6": "ae", "\u0153": "oe"})


def plain(name: str) -> str:
    """A name without case, accents and punctuation: `São Paulo`, `sao_paulo` and `SAO-PAULO` give `sao paulo`."""
    folded = unicodedata.normalize("NFKD", name.casefold()).translate(LETTERS)
    kept = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c) and c not in DROPPED_CHARS)
    return " ".join(kept.split())


def quoted(name: str) -> str:
    """A caller's text in quotation marks, shortened and printable, for display in a sentence."""
    printable = "".join(c if c.isprintable() else "?" for c in name[: MAX_SHOWN_CHARS + 1])
    return f"'{printable[:MAX_SHOWN_CHARS]}…'" if len(name) > MAX_SHOWN_CHARS else f"'{printable}'"


def plain_hyphens(text: str) -> str:
    """The text with typographic hyphens and minus signs replaced by ASCII hyphens."""
    return text.translate(HYPHENS)
