"""Days of the week, by name."""

from collections.abc import Sequence

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def starting_with(word: str, names: Sequence[str]) -> int | None:
    """The place of the name that `word` is, or abbreviates with at least three letters."""
    matching = [place for place, name in enumerate(names) if len(word) >= 3 and name.startswith(word.lower())]
    return matching[0] if matching else None
