"""One spelling for comparing names, and a safe one for showing them."""

import unicodedata

SHOWN = 40
DROPPED = ".'\u2019"  # St. John's


def plain(name: str) -> str:
    """`São Paulo`, `sao_paulo` and `SAO-PAULO` alike: no case, no accents, no punctuation."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c) and c not in DROPPED)
    return " ".join(kept.split())


def quoted(name: str) -> str:
    """What a caller wrote, short and printable, to be shown in a sentence."""
    printable = "".join(c if c.isprintable() else "?" for c in name[: SHOWN + 1])
    return f"'{printable[:SHOWN]}…'" if len(name) > SHOWN else f"'{printable}'"
