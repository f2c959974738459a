"""Derivation of tool names from the identifiers and paths of operations, with the verb first."""

import re
from collections.abc import Sequence

from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.purposes import ACTIONS, VERBS, Purpose, purpose, segments, singular, words
from rest_mcp.openapi.schemas import snake

MAX_NAME_CHARS = 60
VAGUE_WORDS = {*VERBS, *ACTIONS, "by", "id", "ids", "all", "one", "with", "name", "names", "item", "items"}
"""Words of which a name must not only consist, since it would not say what the tool is about."""
_NUMBERED = re.compile(r"_[0-9]+$")


def tool_names(document: Document, operation: Operation) -> Sequence[str]:
    """The candidate names of an operation, best first: from its identifier, and from its method and path."""
    by_path = name_of_path(operation.method, operation.path)
    if not operation.named:
        return [by_path]
    identifier = _without_path(operation).removeprefix(document.common_prefix)
    by_identifier = _cut(_verb_first(identifier, purpose(document, operation)))
    if not by_identifier[:1].isalpha():  # no word, or a number first
        return [by_path]
    vague = _NUMBERED.search(by_identifier) or set(by_identifier.split("_")) <= VAGUE_WORDS
    return [by_path, by_identifier] if vague else [by_identifier, by_path]


def name_of_path(method: str, path: str) -> str:
    """Derive a name from method and path: `GET /v2/load_balancers/{id}` gives get_load_balancer."""
    parts = segments(path)
    fixed = [snake(part) for part in parts if "{" not in part]
    of_one = bool(parts) and "{" in parts[-1]
    verb = {"GET": "get" if of_one or not fixed else "list", "POST": "create", "DELETE": "delete"}.get(method, "update")
    last = fixed[-1] if fixed else "root"
    if any(VERBS.get(word) is Purpose.SEARCH for part in fixed for word in part.split("_")) and not of_one:
        return _cut(_verb_first("_".join(fixed), Purpose.SEARCH))
    return _cut([verb, *fixed[:-1], singular(last) if of_one or method == "POST" else last])


def _verb_first(identifier: str, meant: Purpose) -> list[str]:
    """The words of an identifier with its verb moved to the front: `Reports_ListByApi` gives list, reports, by, api."""
    parts = [found for part in re.split(r"[^A-Za-z0-9]+", identifier) if (found := words(part))]
    flat = [word for part in parts for word in part]
    if not flat or flat[0] in VERBS or flat[0] in ACTIONS or flat[0].startswith(tuple(VERBS)):
        return flat
    place = next((number for number in reversed(range(1, len(parts))) if parts[number][0] in {*VERBS, *ACTIONS}), None)
    if place is not None:
        verb, *rest = parts[place]
        if rest[:1] == ["or"] and len(rest) > 1:  # create or update
            verb, rest = f"{verb}_or_{rest[1]}", rest[2:]
        others = [word for number, part in enumerate(parts) if number != place for word in part]
        return [verb, *others, *rest]
    verb = next((word for word in flat if word in VERBS or word in ACTIONS), None)
    if verb is not None and flat.index(verb) in {1, len(flat) - 1}:
        return [verb, *(word for word in flat if word != verb)]
    return flat if meant is Purpose.OTHER else [meant.value, *flat]


def _without_path(operation: Operation) -> str:
    """The identifier without the path and method that FastAPI appends: `read_users_users__get` gives read_users."""
    tail = re.sub(r"\W", "_", f"{operation.path}_{operation.method.lower()}")
    plain = re.sub(r"\W", "_", operation.identifier)
    return plain.removesuffix(tail) or operation.identifier if plain.endswith(tail) else operation.identifier


def _cut(parts: Sequence[str]) -> str:
    """Join the words by underscores without repetitions in a row, cut at a word to at most 60 characters."""
    flat = [word for part in parts for word in part.split("_") if word]
    kept = [word for number, word in enumerate(flat) if number == 0 or word != flat[number - 1]]
    name = "_".join(kept)
    return name if len(name) <= MAX_NAME_CHARS else name[: MAX_NAME_CHARS + 1].rpartition("_")[0]
