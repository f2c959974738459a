"""Verbs in names, paths and descriptions that tell that an operation changes something."""

import re

UNAMBIGUOUS_VERBS = frozenset(
    {
        *("uninstall", "delete", "remove", "revoke", "rotate", "send", "destroy", "purge", "cancel", "terminate"),
        *("logout", "unsubscribe", "activate", "deactivate", "erase", "wipe", "enable", "disable", "restart", "reboot"),
        *("approve", "reject", "publish", "unpublish", "reset", "regenerate", "suspend", "pause", "attach", "detach"),
    }
)
"""Verbs that are no nouns: anywhere in a name or a path they say what is done."""
LEADING_VERBS = UNAMBIGUOUS_VERBS | {
    *("archive", "trigger", "execute", "kick", "ban", "invite", "post", "create", "update", "add", "set", "edit"),
    *("modify", "insert", "replace", "start", "stop", "close", "assign", "unassign", "register", "upload"),
}
"""Verbs that say it where a name or a description begins with them."""
READING_VERBS = frozenset(
    {
        *("get", "list", "return", "show", "fetch", "retrieve", "read", "search", "find", "check", "count", "describe"),
        *("view", "look", "query", "display", "obtain", "see"),
    }
)
"""A description that begins with one of these tells of a read, whatever follows."""
MAX_VERB_PLACE = 3
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def changes(name: str, path: str, description: str) -> bool:
    """Whether a GET changes something: a verb anywhere in its name or path, or early in its description, says so."""
    in_name, in_path = ([word.lower() for word in _WORD.findall(text)] for text in (name, path))
    method_apart = in_name[1:] if in_name[:1] == ["get"] else in_name
    return bool(UNAMBIGUOUS_VERBS & {*in_name, *in_path} or LEADING_VERBS & {*method_apart[:1]} or _told(description))


def _told(description: str) -> bool:
    """Whether a description says it: `Revokes a token`, `Permanently deletes a user`."""
    first = [_forms(word.strip(".,:").lower()) for word in description.split()[:MAX_VERB_PLACE]]
    if not first or READING_VERBS & first[0]:
        return False
    return bool(LEADING_VERBS & first[0] or UNAMBIGUOUS_VERBS & set[str]().union(*first))


def _forms(word: str) -> set[str]:
    """The word, and the verbs of which it may be the third person."""
    return {word, word.removesuffix("s"), word.removesuffix("es")}
