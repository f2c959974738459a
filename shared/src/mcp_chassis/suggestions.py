"""Suggestion of the most similar known name for a name that does not exist."""

from collections.abc import Iterable

LEAST_SIMILARITY = 0.6


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean X?`; empty if no known name is similar."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1, cutoff=LEAST_SIMILARITY)
    return f" Did you mean {close[0]}?" if close else ""
