"""A suggestion for a name that does not exist: the known name that is spelled most like it."""

from collections.abc import Iterable

LEAST_SIMILARITY = 0.6


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean X?`, or nothing where no known name is similar."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1, cutoff=LEAST_SIMILARITY)
    return f" Did you mean {close[0]}?" if close else ""
