"""Words in names and descriptions that say what an operation does."""

import re

IN_NAMES = frozenset(
    {
        *("uninstall", "delete", "remove", "revoke", "rotate", "send", "destroy", "purge", "cancel", "terminate"),
        *("logout", "unsubscribe", "deactivate", "erase", "wipe"),
    }
)
"""Verbs that are no nouns: in a name or a path they say what is done."""
FIRST_VERBS = IN_NAMES | {
    *("reset", "disable", "archive", "trigger", "execute", "kick", "ban", "invite", "post", "create", "update"),
}
"""Verbs that say it where a description begins with them."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def changes(name: str, path: str, description: str) -> bool:
    """Whether a GET changes something, by its words: any word of its name or path, or its description's first verb."""
    words = {word.lower() for text in (name, path) for word in _WORD.findall(text)}
    first = (description.split() or [""])[0].strip(".,:").lower()
    stems = {first, first.removesuffix("s"), first.removesuffix("es")}
    return bool(IN_NAMES & words or FIRST_VERBS & stems)
