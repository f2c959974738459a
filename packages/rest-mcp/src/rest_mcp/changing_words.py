"""Detection of operations that change something, by verbs in their names, paths and descriptions."""

import re

UNAMBIGUOUS_VERBS = frozenset(
    {
        *("uninstall", "delete", "remove", "revoke", "rotate", "send", "destroy", "purge", "cancel", "terminate"),
        *("logout", "unsubscribe", "activate", "deactivate", "erase", "wipe", "enable", "disable", "restart", "reboot"),
        *("approve", "reject", "publish", "unpublish", "reset", "regenerate", "suspend", "pause", "attach", "detach"),
    }
)
"""Verbs that are not also nouns: they mark a change anywhere in a name or a path."""
LEADING_VERBS = UNAMBIGUOUS_VERBS | {
    *("archive", "trigger", "execute", "kick", "ban", "invite", "post", "create", "update", "add", "set", "edit"),
    *("modify", "insert", "replace", "start", "stop", "close", "assign", "unassign", "register", "upload"),
}
"""Verbs that mark a change at the start of a name or a description."""
READING_VERBS = frozenset(
    {
        *("get", "list", "return", "show", "fetch", "retrieve", "read", "search", "find", "check", "count", "describe"),
        *("view", "look", "query", "display", "obtain", "see"),
    }
)
"""A description that starts with one of these verbs describes a read, whatever follows."""
MAX_VERB_PLACE = 3
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def changes(name: str, path: str, description: str) -> bool:
    """Whether a GET changes something, judged by verbs in its name, its path and the start of its description."""
    in_name, in_path = ([word.lower() for word in _WORD.findall(text)] for text in (name, path))
    method_apart = in_name[1:] if in_name[:1] == ["get"] else in_name
    return bool(UNAMBIGUOUS_VERBS & {*in_name, *in_path} or LEADING_VERBS & {*method_apart[:1]} or _told(description))


def _told(description: str) -> bool:
    """Whether a description starts like one of a change: `Revokes a token`, `Permanently deletes a user`."""
    first = [_forms(word.strip(".,:").lower()) for word in description.split()[:MAX_VERB_PLACE]]
    if not first or READING_VERBS & first[0]:
        return False
    return bool(LEADING_VERBS & first[0] or UNAMBIGUOUS_VERBS & set[str]().union(*first))


def _forms(word: str) -> set[str]:
    """The word and the infinitives of which it may be the third person: `deletes` gives `delete`."""
    return {word, word.removesuffix("s"), word.removesuffix("es")}
