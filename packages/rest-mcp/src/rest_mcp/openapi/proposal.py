"""A bridge file proposed from a document, and what its writer should look at."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from rest_mcp.bad_bridge import BadBridge, broken
from rest_mcp.bridge import Bridge
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.entries import CANNOT, answered, over, table
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.ranking import VERSION, ranked
from rest_mcp.openapi.schemas import MAX_OBJECT_FIELDS, Table, merged, snake
from rest_mcp.openapi.security import signing
from rest_mcp.openapi.toml import document_of

MAX_KEPT_FIELDS = 10
MAX_OFFERED_PARAMETERS = 8
LARGE_RESULT_CHARS = 20_000
LARGE_PARAMETER_CHARS = 600
DEFAULT_PAGE_SIZE = 30
CHARS_PER_FIELD = 25
MAX_MEASURED_DEPTH = 4
IDENTIFYING_FIELDS = (
    "id",
    "number",
    "key",
    "name",
    "full_name",
    "title",
    "state",
    "status",
    "type",
    "email",
    "url",
    "html_url",
)
AFTER_ITEM_PARAMETERS = ("starting_after", "after_id")
"""What asks for the items after one whose id it carries."""
PAGING_PARAMETERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cursor", ("cursor", "page_token", "pageToken", "next_token", *AFTER_ITEM_PARAMETERS, "after")),
    ("page", ("page", "page_number", "pageNumber")),
    ("offset", ("offset", "skip", "start")),
)
PAGE_SIZE_PARAMETERS = ("per_page", "limit", "page_size", "pageSize", "page_limit", "maxResults", "first", "take")
MORE_FIELDS = ("has_more", "hasMore", "more")
NEXT_FIELDS = ("next_cursor", "next_page_token", "nextPageToken", "next", "cursor", "after")


_FIELD = re.compile(r"\w+")


@dataclass
class Proposal:
    """The file's text and its bridge; what was noticed on the way."""

    text: str
    bridge: Bridge
    warnings: list[str] = field(default_factory=list[str])


def proposed(document: Document, name: str, most: int) -> Proposal:
    """A bridge of the operations that rank highest.

    Raises:
        BadBridge: when no operation of the document can be offered.
    """
    warnings: list[str] = []
    entries: list[Table] = []
    whole: list[Table] = []
    for operation in ranked(document, 2 * most):
        complete: Table = {}
        try:
            entry = _entry(document, operation)
            if len(entries) == most or entry["name"] in {other["name"] for other in entries}:
                continue
            complete = over(table(document, operation, cast("Table", entry.get("page", {}))), entry)
            Bridge.model_validate(_around(name, [complete]))
        except (BadBridge, ValidationError) as exc:
            problem = exc if isinstance(exc, BadBridge) else broken(exc, _around(name, [complete]))
            warnings.append(f"{operation.identifier} is left out: {problem.problems[0].removeprefix('bridge: ')}")
            continue
        entries.append(entry)
        whole.append(complete)
        warnings += _noticed(document, operation, entry)
    if not entries:
        raise BadBridge("no operation of the document can be offered as it stands")
    signed, told = signing(document)
    warnings += [f"{name} is left out: {reason}" for name, reason in document.unreadable.items()] + told
    text, bridge = document_of(_around(name, entries, signed)), Bridge.model_validate(_around(name, whole, signed))
    return Proposal(text, bridge, warnings)


def _around(name: str, tools: list[Table], signed: Table | None = None) -> Table:
    said = "What the API is for, and how its things are named. Write this for the model."
    api = {"document": Path(name).name, **(signed or {})}
    return {"instructions": said, "apis": {"api": api}, "tools": tools}


def _entry(document: Document, operation: Operation) -> Table:
    """One tool of the file: the operation, and what is worth saying over it."""
    base = table(document, operation, {})
    sentence = base["description"].rstrip(" .:")
    entry: Table = {"operation": operation.identifier, "name": tool_name(operation), "description": f"{sentence}."}
    if base.get("read_only") is False:
        entry["read_only"] = False
    elif operation.method == "GET" and not any(each.get("required", True) for each in base["parameters"].values()):
        entry["safe"] = True
    paging = _paging(document, operation) if base["answer"] == "list" else None
    if kept := _kept(document, operation):
        entry["keep"] = kept
    if paging:
        entry["page"] = paging
    carried = {paging.get("parameter"), paging.get("size_parameter")} if paging else set[Any]()
    hidden = {called: {"hidden": True} for called in _hidden(base["parameters"], carried)}
    return {**entry, **({"parameters": hidden} if hidden else {})}


def _hidden(parameters: Mapping[str, Table], carried: set[Any]) -> Iterator[str]:
    """Optional parameters past the first eight, and those that no table can say."""
    shown = 0
    for called, said in parameters.items():
        if said.get("field", called) in carried:
            continue
        optional = said.get("required") is False or "default" in said
        if optional and (CANNOT in said or shown >= MAX_OFFERED_PARAMETERS or _is_large(said)):
            yield called
        else:
            shown += 1


def _is_large(said: Table) -> bool:
    """An optional object or a long choice costs more tokens than it is worth unasked."""
    return len(json.dumps(said)) > LARGE_PARAMETER_CHARS


def tool_name(operation: Operation) -> str:
    """`issues/list-for-repo` is list_issues_for_repo: a verb first, as models expect it."""
    if not operation.named:
        return name_of_path(operation.method, operation.path)
    group, slash, rest = operation.identifier.rpartition("/")
    verb, _, more = snake(rest).partition("_")
    words = [verb, *snake(group).split("_"), *more.split("_")] if slash else snake(rest).split("_")
    return "_".join(dict.fromkeys(word for word in words if word))[:60].rstrip("_")


def name_of_path(method: str, path: str) -> str:
    """A name for an operation without operationId: `GET /v2/load_balancers/{id}` is get_load_balancer."""
    parts = [part for part in path.strip("/").split("/") if part and not VERSION.fullmatch(part)]
    fixed = [snake(part) for part in parts if "{" not in part]
    of_one = bool(parts) and "{" in parts[-1]
    verb = {"GET": "get" if of_one or not fixed else "list", "POST": "create", "DELETE": "delete"}.get(method, "update")
    noun = fixed[-1] if fixed else "root"
    singular = noun[:-1] if (of_one or method == "POST") and noun.endswith("s") and not noun.endswith("ss") else noun
    return "_".join([verb, *fixed[:-1], singular])[:60].rstrip("_")


def _kept(document: Document, operation: Operation) -> list[str]:
    """The plain fields of the answer, the telling ones first."""
    plain = [name for name, prop in _fields(document, operation).items() if _is_plain(merged(document, prop))]
    telling = [name for name in IDENTIFYING_FIELDS if name in plain]
    others = [name for name in plain if name not in telling and not name.endswith("_url") and _FIELD.fullmatch(name)]
    return [*telling, *others][:MAX_KEPT_FIELDS]


def _fields(document: Document, operation: Operation) -> Mapping[str, Any]:
    answer, result = answered(document, operation)
    schema = merged(document, operation.answer)
    if result:
        schema = merged(document, schema["properties"][result])
    if answer == "list":
        schema = merged(document, schema.get("items"))
    return cast("Mapping[str, Any]", schema.get("properties", {}))


def _is_plain(node: Node) -> bool:
    kinds = cast("list[Any]", node["type"]) if isinstance(node.get("type"), list) else [node.get("type")]
    return bool({"string", "integer", "number", "boolean"} & set(kinds))


def _paging(document: Document, operation: Operation) -> Table | None:
    """How the list goes on, as far as its parameters tell."""
    names = [str(each.get("name")) for each in operation.parameters if each.get("in") == "query"]
    size = next((name for name in PAGE_SIZE_PARAMETERS if name in names), None)
    sized: Table = {"size": DEFAULT_PAGE_SIZE, "size_parameter": size} if size else {}
    for kind, called in PAGING_PARAMETERS:
        parameter = next((name for name in called if name in names), None)
        if parameter and kind != "cursor":
            return {"kind": kind, "parameter": parameter, **sized}
        if parameter:
            properties = cast("Mapping[str, Any]", merged(document, operation.answer).get("properties", {}))
            following = next((name for name in NEXT_FIELDS if name in properties), None)
            if following:
                return {"kind": kind, "parameter": parameter, "next": following, **sized}
            return _by_last(document, operation, parameter, properties, sized)
    return None


def _by_last(
    document: Document, operation: Operation, parameter: str, properties: Mapping[str, Any], sized: Table
) -> Table | None:
    """Where no field holds the next cursor, the last item's id may."""
    if parameter not in AFTER_ITEM_PARAMETERS or "id" not in _fields(document, operation):
        return None
    more = next((name for name in MORE_FIELDS if name in properties), None)
    return {"kind": "last", "parameter": parameter, **sized, **({"more": more} if more else {})}


def _noticed(document: Document, operation: Operation, entry: Table) -> Iterator[str]:
    name = entry["name"]
    if not operation.words:
        yield f"{name} has no description in the document: write one"
    asked = [each for each in operation.parameters if each.get("in") in {"path", "query"}]
    bare = [str(each.get("name")) for each in asked if not each.get("description")]
    if bare:
        yield f"{name}: {', '.join(bare[:5])} not described in the document"
    size = _size(document, operation.answer, MAX_MEASURED_DEPTH) * (
        DEFAULT_PAGE_SIZE if answered(document, operation)[0] == "list" else 1
    )
    if size > LARGE_RESULT_CHARS:
        told = "its kept fields are far less" if "keep" in entry else "name the fields to keep"
        yield f"{name} answers about {size:,} characters: {told}"


def _size(document: Document, schema: Any, depth: int) -> int:
    """About how many characters an answer of this schema has."""
    node = merged(document, schema)
    if depth == 0:
        return CHARS_PER_FIELD
    if "items" in node:
        return _size(document, node["items"], depth - 1)
    properties = list(cast("Mapping[str, Any]", node.get("properties", {})).items())[:MAX_OBJECT_FIELDS]
    inner = sum(len(name) + _size(document, prop, depth - 1) for name, prop in properties)
    return inner or CHARS_PER_FIELD
