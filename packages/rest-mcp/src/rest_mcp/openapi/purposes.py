"""The purpose of an operation (search, list, get, create, update, delete) and the noun that it is about."""

import re
from enum import Enum

from rest_mcp.openapi.answers import answered, envelope
from rest_mcp.openapi.document import Document, Operation

VERSION = re.compile(r"(api|rest|v[0-9][a-z0-9.]*)", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_EXTENSION = re.compile(r"\.(json|xml|html|php)$")


class Purpose(Enum):
    """The purpose of an operation; OTHER is an action such as cancel or restart."""

    SEARCH = "search"
    LIST = "list"
    GET = "get"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    OTHER = "other"


VERBS: dict[str, Purpose] = {
    **dict.fromkeys(("search", "find", "query", "lookup"), Purpose.SEARCH),
    **dict.fromkeys(("list", "browse"), Purpose.LIST),
    **dict.fromkeys(("get", "describe", "show", "fetch", "read", "retrieve", "view"), Purpose.GET),
    **dict.fromkeys(("create", "add", "new", "post", "insert"), Purpose.CREATE),
    **dict.fromkeys(("update", "edit", "patch", "modify", "put", "replace"), Purpose.UPDATE),
    **dict.fromkeys(("delete", "remove", "destroy"), Purpose.DELETE),
}
"""Verbs in identifiers and paths, with the purpose that each shows."""
ACTIONS = frozenset(
    {
        *("accept", "activate", "approve", "archive", "assign", "cancel", "check", "close", "complete", "confirm"),
        *("convert", "copy", "decode", "disable", "download", "enable", "execute", "export", "fork", "generate"),
        *("import", "invite", "merge", "move", "pause", "publish", "refresh", "reject", "rename", "reset", "restart"),
        *("restore", "resume", "revoke", "run", "send", "set", "start", "stop", "submit", "sync", "test", "trigger"),
        *("undo", "unlink", "upload", "validate", "verify", "count", "link", "login", "logout", "register"),
    }
)
"""Verbs of actions that are none of the purposes above."""


def singular(word: str) -> str:
    """The singular of a noun: companies gives company, addresses gives address."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def segments(path: str) -> list[str]:
    """The segments of a path, without version segments and file extensions."""
    parts = [_EXTENSION.sub("", part) for part in path.split("/") if part]
    return [part for part in parts if "{" in part or not VERSION.fullmatch(part)]


def words(text: str) -> list[str]:
    """The lower-case words of an identifier or of one part of a path."""
    return [word.lower() for word in _WORD.findall(text)]


def verb_of(identifier: str) -> str | None:
    """The verb of an identifier: its first word, else the first word of one of its parts (`accounts.list`)."""
    parts = [words(part) for part in re.split(r"[^A-Za-z0-9]+", identifier)]
    first = [part[0] for part in parts if part]
    known = [word for word in first if word in VERBS or word in ACTIONS]
    return first[0] if first and first[0] in known else known[-1] if known else None


def noun(operation: Operation) -> str:
    """The noun of an operation: the last segment of its path that is neither a variable nor a verb."""
    for part in reversed(segments(operation.path)):
        found = [] if "{" in part else [word for word in words(part) if word not in VERBS and word not in ACTIONS]
        if found and not (words(part)[0] in VERBS and found[0] == "by"):
            return "_".join([*found[:-1], singular(found[-1])])
    return ""


def purpose(document: Document, operation: Operation) -> Purpose:
    """Derive the purpose of an operation from its method, path, identifier and response."""
    parts = segments(operation.path)
    of_one = bool(parts) and "{" in parts[-1]
    last = words(parts[-1]) if parts and not of_one else []
    verb = next((word for word in last if word in VERBS or word in ACTIONS), None) or verb_of(operation.identifier)
    said = VERBS.get(verb or "")
    match operation.method:
        case "GET" if of_one:
            return Purpose.GET
        case "GET" if said is Purpose.SEARCH or said is Purpose.LIST:
            return said
        case "GET":
            plural = bool(last) and singular(last[-1]) != last[-1]
            is_list = plural or answered(document, operation)[0] == "list" or envelope(document, operation)
            return Purpose.LIST if is_list else Purpose.GET
        case "POST":
            return _of_post(said, verb, of_one)
        case "DELETE":
            return Purpose.DELETE
        case _:
            return Purpose.OTHER if verb in ACTIONS else Purpose.UPDATE


def _of_post(said: Purpose | None, verb: str | None, of_one: bool) -> Purpose:
    if said is not None and not (of_one and said is Purpose.CREATE):
        return said
    if verb is not None and said is None:
        return Purpose.OTHER
    return Purpose.UPDATE if of_one else Purpose.CREATE
