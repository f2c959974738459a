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
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def changes(name: str, path: str, description: str) -> bool:
    """Whether a GET changes something, by any word of its name or path, or the first of its name or description."""
    in_name, in_path = ([word.lower() for word in _WORD.findall(text)] for text in (name, path))
    method_apart = in_name[1:] if in_name[:1] == ["get"] else in_name
    described = (description.split() or [""])[0].strip(".,:").lower()
    first = {*method_apart[:1], described, described.removesuffix("s"), described.removesuffix("es")}
    return bool(UNAMBIGUOUS_VERBS & {*in_name, *in_path} or LEADING_VERBS & first)
