"""Hidden marks at the end of texts that this server writes, used to find a text whose response was lost."""

import re
from uuid import uuid4

_MARK = re.compile(r"(?:\A|\s*\n)<!-- toolroll:[0-9a-f]{32} -->\s*\Z")


def new_mark() -> str:
    """A new mark: an HTML comment with a random id, which GitHub's pages do not show."""
    return f"<!-- toolroll:{uuid4().hex} -->"


def without_mark(text: str | None) -> str | None:
    """A text without the mark at its end; None for None."""
    return None if text is None else _MARK.sub("", text)
