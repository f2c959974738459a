"""Days of the week, by name."""

from collections.abc import Sequence

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def starting_with(word: str, names: Sequence[str], *, fewest_letters: int = 3) -> int | None:
    """The index of the first name that starts with `word`; None if there is none or the word is too short."""
    if len(word) < fewest_letters:
        return None
    matching = [place for place, name in enumerate(names) if name.startswith(word.lower())]
    return matching[0] if matching else None
