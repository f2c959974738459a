"""Proposal of a bridge file from a document, with notes for the person who edits it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from rest_mcp.bad_bridge import BadBridge, broken
from rest_mcp.bridge import Bridge
from rest_mcp.names import path_of
from rest_mcp.openapi.answers import envelope, is_plain, item_fields, proposed_answer
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.entries import Sent, over, sent_by_api, table
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.list_pages import DEFAULT_PAGE_SIZE, proposed_paging
from rest_mcp.openapi.purposes import Purpose, purpose
from rest_mcp.openapi.ranking import ranked
from rest_mcp.openapi.schemas import MAX_OBJECT_FIELDS, Table, merged
from rest_mcp.openapi.security import signing
from rest_mcp.openapi.styles import CANNOT
from rest_mcp.openapi.toml import document_of
from rest_mcp.openapi.tool_names import tool_names

MAX_KEPT_FIELDS = 10
MAX_REASONS = 3
MAX_OFFERED_PARAMETERS = 8
LARGE_RESULT_CHARS = 20_000
LARGE_PARAMETER_CHARS = 600
CHARS_PER_FIELD = 25
MAX_MEASURED_DEPTH = 4
MAX_NAMED = 5
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
_FIELD = re.compile(r"\w+")


@dataclass
class Proposal:
    """The text of a proposed bridge file, its parsed content, and notes on what a person should review."""

    text: str
    bridge: Bridge
    warnings: list[str] = field(default_factory=list[str])


def proposed(document: Document, name: str, most: int) -> Proposal:
    """Propose a bridge file of at most `most` operations, those that rank highest.

    Raises:
        BadBridge: no operation of the document can be offered.
    """
    signed, told = signing(document)
    sent = sent_by_api(signed)
    refused: dict[str, str] = {}
    entries: list[Table] = []
    whole: list[Table] = []
    warnings: list[str] = []

    def can_offer(operation: Operation) -> bool:
        """Whether the operation can be a tool; if not, the reason is recorded in `refused`."""
        try:
            entry = _entry(document, operation, sent)
            complete = over(table(document, operation, cast("Table", entry.get("page", {})), sent), entry)
            Bridge.model_validate(_around(name, [complete]))
        except BadBridge as exc:
            refused[operation.identifier] = exc.problems[0].removeprefix("bridge: ")
        except ValidationError as exc:
            refused[operation.identifier] = broken(exc, _around(name, [])).problems[0].removeprefix("bridge: ")
        return operation.identifier not in refused

    for operation in ranked(document, most, can_offer):
        entry = _entry(document, operation, sent)
        free = [each for each in tool_names(document, operation) if each not in {tool["name"] for tool in entries}]
        if len(entries) == most or not free:
            continue
        entry["name"] = free[0]
        entries.append(entry)
        whole.append(over(table(document, operation, cast("Table", entry.get("page", {})), sent), entry))
        warnings += _noticed(document, operation, entry)
    if not entries:
        raise BadBridge(f"no operation of the document can be offered: {_reasons(refused)}")
    warnings += [f"{name} is left out: {reason}" for name, reason in (refused | document.unreadable).items()]
    warnings += [*told, *_address(document)]
    text, bridge = document_of(_around(name, entries, signed)), Bridge.model_validate(_around(name, whole, signed))
    return Proposal(text, bridge, warnings)


def _address(document: Document) -> Iterator[str]:
    """Yield a note with the document's first server URL, its variables replaced by their defaults."""
    server: Node = document.servers[0] if document.servers else {}
    given: Any = server.get("variables")
    variables = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    text = str(server.get("url", ""))
    for name, said in variables.items():
        value: Any = cast("Table", said).get("default", "") if isinstance(said, dict) else ""
        text = text.replace(f"{{{name}}}", str(value))
    if shown := "".join(character for character in text if character.isprintable()):
        yield f"the document's address is {shown[:200]}: set API_BASE_URL to it, or to another one"


def _reasons(refused: Mapping[str, str]) -> str:
    """The most common reasons, each with its number of operations."""
    counted = Counter(reason.replace(name[:80], "it") for name, reason in refused.items()).most_common(MAX_REASONS)
    return (
        "; ".join(f"{reason} ({count} operation{'s' if count > 1 else ''})" for reason, count in counted)
        or "it has none"
    )


def _around(name: str, tools: list[Table], signed: Table | None = None) -> Table:
    said = "What the API is for, and how its things are named. Write this for the model."
    api = {"document": Path(name).name, **(signed or {})}
    return {"instructions": said, "apis": {"api": api}, "tools": tools}


def _entry(document: Document, operation: Operation, sent: Sent) -> Table:
    """The table of one proposed tool: the operation, and the keys that differ from what the document gives."""
    base = table(document, operation, {}, sent)
    sentence = base["description"].rstrip(" .:")
    entry: Table = {
        "operation": operation.identifier,
        "name": tool_names(document, operation)[0],
        "description": f"{sentence}.",
    }
    if base.get("read_only") is False:
        entry["read_only"] = False
    elif operation.method == "GET" and not any(each.get("required", True) for each in base["parameters"].values()):
        entry["safe"] = True
    elif searches(document, operation):
        entry["read_only"] = True
    answer, result = proposed_answer(document, operation)
    paging = proposed_paging(document, operation) if answer == "list" else None
    around = envelope(document, operation)
    if around and result and (paging or not around.words):
        entry |= {"answer": answer, "result": result}
    kept = _kept(document, operation)
    if around and "result" not in entry:  # as a list the result would lose the pagination fields
        kept = [*(f"{result}.{name}" for name in kept), *map(path_of, around.words)] if result else []
    entry |= {"keep": kept} if kept else {}
    entry |= {"page": paging} if paging else {}
    carried = {paging.get("parameter"), paging.get("size_parameter")} if paging else set[Any]()
    unsaid = purpose(document, operation) is Purpose.CREATE and not _requires(base["parameters"])
    decisive = {name for shape in base.get("shapes", ()) for name in shape["required"]}
    optional = _hidden(base["parameters"], carried, decisive, unsaid=unsaid)
    hidden = {called: {"hidden": True} for called in optional}
    for called in _needed_content(operation, base["parameters"], set(hidden)):
        del hidden[called]
    return {**entry, **({"parameters": hidden} if hidden else {})}


def _requires(parameters: Mapping[str, Table]) -> bool:
    """Whether the document requires any field of the body."""
    return any(said.get("in") == "body" and said.get("required") is not False for said in parameters.values())


def _hidden(parameters: Mapping[str, Table], carried: set[Any], decisive: set[str], *, unsaid: bool) -> Iterator[str]:
    """Yield the optional parameters to hide: those after the first eight, large ones, and inexpressible ones.

    Args:
        decisive: the parameters that an alternative of the body requires, which are offered if expressible.
        unsaid: whether the operation creates something and the document requires no field, so that any may be needed;
            descriptions are then not counted in the size of a parameter.
    """
    shown = 0
    for called, said in parameters.items():
        if said.get("field", called) in carried:
            continue
        optional = said.get("required") is False or "default" in said
        if called in decisive and CANNOT not in said:
            continue
        if optional and (
            CANNOT in said or shown >= MAX_OFFERED_PARAMETERS or _is_large(_bare(said) if unsaid else said)
        ):
            yield called
        else:
            shown += 1


def _needed_content(operation: Operation, parameters: Mapping[str, Table], hidden: set[str]) -> list[str]:
    """The hidden fields to offer after all, because the body is required and would be empty without them.

    Raises:
        BadBridge: none of them can be offered.
    """
    content = [called for called, said in parameters.items() if said.get("in") == "body"]
    if not operation.body_required or not content or not hidden.issuperset(content):
        return []
    found = [called for called in content if CANNOT not in parameters[called]]
    if not found:
        reason = parameters[content[0]][CANNOT]
        raise BadBridge(f"{operation.identifier[:80]} needs a body, whose {content[0]} {reason}")
    return found[:MAX_OFFERED_PARAMETERS]


def _is_large(said: Table) -> bool:
    """Whether a table, such as an object or a long enum, costs too many tokens to be offered by default."""
    return len(json.dumps(said)) > LARGE_PARAMETER_CHARS


def _bare(said: Any) -> Any:
    """The table without descriptions at any level."""
    if not isinstance(said, dict):
        return said
    return {key: _bare(each) for key, each in cast("Table", said).items() if key != "description"}


def _kept(document: Document, operation: Operation) -> list[str]:
    """The plain fields of the response to keep, identifying ones first."""
    plain = [name for name, prop in item_fields(document, operation).items() if is_plain(document, prop)]
    telling = [name for name in IDENTIFYING_FIELDS if name in plain]
    others = [name for name in plain if name not in telling and not name.endswith("_url") and _FIELD.fullmatch(name)]
    return [*telling, *others][:MAX_KEPT_FIELDS]


def searches(document: Document, operation: Operation) -> bool:
    """Whether the operation is a POST that searches, according to its name."""
    return operation.method == "POST" and purpose(document, operation) is Purpose.SEARCH


def _noticed(document: Document, operation: Operation, entry: Table) -> Iterator[str]:
    name = entry["name"]
    if not operation.words:
        yield f"{name} has no description in the document: write one"
    asked = [each for each in operation.parameters if each.get("in") in {"path", "query"}]
    if hidden := entry.get("parameters"):
        yield f"{name} does not offer {_some(hidden)}: optional, and large or past the first {MAX_OFFERED_PARAMETERS}"
    fields = item_fields(document, operation)
    lost = [each for each in fields if not is_plain(document, fields[each])]
    if lost and "keep" in entry:
        yield f"{name} keeps single values; objects and lists of the answer are left out: {_some(lost)}"
    around = envelope(document, operation)
    if around and not around.result:
        lists = ", ".join(around.lists)
        yield f'{name} answers several lists ({lists}): write answer = "list" and result with the one that it lists'
    elif around and "result" not in entry:
        words = _some(around.words)
        yield f"{name} answers one page of a list ({words}), and no parameter asks for the next: look at page"
    if operation.servers:
        own = ", ".join(operation.servers)[:120]
        yield f"{name} is served at an address of its own ({own}): write a second API for it"
    if entry.get("read_only"):
        yield f"{name} is a POST that is taken for a read because of its name: check that it only searches"
    bare = [str(each.get("name")) for each in asked if not each.get("description")]
    if bare:
        yield f"{name}: {', '.join(bare[:5])} not described in the document"
    size = _size(document, operation.answer, MAX_MEASURED_DEPTH) * (
        DEFAULT_PAGE_SIZE if proposed_answer(document, operation)[0] == "list" else 1
    )
    if size > LARGE_RESULT_CHARS:
        told = "its kept fields are far less" if "keep" in entry else "name the fields to keep"
        yield f"{name} answers about {size:,} characters: {told}"


def _some(names: Iterable[str]) -> str:
    """The first five names and the number of further ones."""
    listed = list(names)
    more = f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else ""
    return f"{', '.join(listed[:MAX_NAMED])}{more}"


def _size(document: Document, schema: Any, depth: int) -> int:
    """Estimate the size in characters of a response with this schema."""
    node = merged(document, schema)
    if depth == 0:
        return CHARS_PER_FIELD
    if "items" in node:
        return _size(document, node["items"], depth - 1)
    properties = list(cast("Mapping[str, Any]", node.get("properties", {})).items())[:MAX_OBJECT_FIELDS]
    inner = sum(len(name) + _size(document, prop, depth - 1) for name, prop in properties)
    return inner or CHARS_PER_FIELD
