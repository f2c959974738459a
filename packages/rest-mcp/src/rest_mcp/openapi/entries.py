"""Completion of bridge entries that name an `operation` from the document; keys in the file take precedence."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from mcp_chassis.suggestions import did_you_mean

from rest_mcp.bad_bridge import BadBridge
from rest_mcp.changing_words import changes
from rest_mcp.names import is_header
from rest_mcp.openapi.answers import answered
from rest_mcp.openapi.bodies import add_body, add_parameter, described_table, shapes_of
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.schemas import Table, merged, snake
from rest_mcp.openapi.sentences import first_sentence
from rest_mcp.openapi.styles import CANNOT, styled

MAX_SENTENCE_CHARS = 200
MAX_NAMED = 20
Sent = Collection[tuple[str, str]]
CARRIERS = ("header", "query", "cookie")
SENT_BY_US = {
    *("accept", "authorization", "content-type", "if-none-match", "idempotency-key", "user-agent", "x-request-id"),
    *("traceparent", "tracestate"),
}
HEADER_REMEDY = "name it under [apis.NAME] in headers, or in auth with a variable"


def filled(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the file's tables with each `operation` replaced by its request, parameters and answer.

    Raises:
        BadBridge: a document cannot be read, or an operation does not exist or cannot be offered.
    """
    documents: dict[str, Document] = {}
    whole = dict(raw)
    for kind in ("tools", "resources"):
        entries = raw.get(kind)
        if isinstance(entries, list):
            whole[kind] = [_entry(raw, entry, folder, documents) for entry in cast("list[Any]", entries)]
    return whole


def _entry(raw: Table, entry: Any, folder: Path, documents: dict[str, Document]) -> Any:
    if not isinstance(entry, dict) or "operation" not in entry:
        return cast("Any", entry)
    own = cast("Table", entry)
    name, api = _api(raw, own)
    if name not in documents:
        documents[name] = Document.read(_place(api, name, folder))
    operation = documents[name].operation(str(own["operation"]))
    paging: Any = own.get("page") or api.get("page")
    words = cast("Table", paging) if isinstance(paging, dict) else {}
    return over(table(documents[name], operation, words, sent_by_api(api)), own)


def sent_by_api(api: Mapping[str, Any]) -> Sent:
    """Return the headers, query parameters and cookies that every request to an API carries, by place and name."""
    auth: Any = api.get("auth")
    secrets = cast("list[Any]", auth) if isinstance(auth, list | tuple) else [auth]
    tables = [cast("Table", each) for each in secrets if isinstance(each, dict)]
    named = {(place, str(each[place])) for each in tables for place in CARRIERS if each.get(place)}
    fixed = {("header", str(name)) for name in cast("Mapping[str, Any]", api.get("headers") or {})}
    return {(place, name.lower() if place == "header" else name) for place, name in named | fixed}


def _api(raw: Table, entry: Table) -> tuple[str, Table]:
    apis = raw.get("apis")
    known = cast("dict[str, Any]", apis) if isinstance(apis, dict) else {}
    name = str(entry.get("api") or next(iter(known), ""))
    api = known.get(name)
    if not isinstance(api, dict):
        raise BadBridge(f"there is no API called {name[:60]!r}")
    return name, cast("Table", api)


def _place(api: Table, name: str, folder: Path) -> Path:
    """The path of the document. It must be in the bridge file's folder or below: a bridge reads no other files."""
    path = Path(str(api.get("document") or ""))
    if not path.name:
        raise BadBridge(f"apis.{name} has no document to take the operation from")
    if path.is_absolute() or ".." in path.parts:
        raise BadBridge(f"apis.{name}.document must lie in the bridge file's folder or below it")
    return folder / path


def table(document: Document, operation: Operation, paging: Mapping[str, Any], sent: Sent = frozenset()) -> Table:
    """Convert one operation of a document to the table of a bridge entry.

    Args:
        paging: the paging of the tool, whose parameters the server sends.
        sent: what every request to the API carries, by place and name.

    Raises:
        BadBridge: the body cannot be sent, or the response is a file.
    """
    _check_sendable(operation)
    answer, result = answered(document, operation)
    found, shapes = parameters(document, operation, paging, sent)
    entry: Table = {
        "name": snake(operation.identifier),
        "description": first_sentence(operation.words, MAX_SENTENCE_CHARS) or operation.identifier[:MAX_SENTENCE_CHARS],
        "request": _request(operation, found),
        "parameters": found,
        "answer": answer,
    }
    if result:
        entry["result"] = result
    if shapes:
        entry["shapes"] = shapes
    if operation.body_required and not operation.form:
        entry["body"] = {}
    if operation.form:
        entry["encoding"] = "form"
    elif operation.content_type not in {"", "application/json"}:
        entry["content_type"] = operation.content_type
    kinds = [kind.partition(";")[0].strip().lower() for kind in operation.answer_kinds]
    like_json = [kind for kind in kinds if kind.endswith("+json") or kind == "*/*"]
    if like_json and "application/json" not in kinds and answer != "text":
        entry["accept"] = like_json[0]
    if operation.method == "GET" and changes(operation.identifier, operation.path, operation.words):
        entry |= {"read_only": False, "destructive": True, "idempotent": False}
    return entry


def _check_sendable(operation: Operation) -> None:
    """Check that the body can be sent and the response can be returned.

    Raises:
        BadBridge: one of them cannot.
    """
    if operation.method == "GET" and operation.body_required:
        raise BadBridge(f"{operation.identifier[:80]} is a GET that needs a body, which cannot be sent")
    if kinds := operation.unsupported_body:
        raise BadBridge(f"{operation.identifier[:80]} takes a body of {kinds}; only JSON and form fields can be sent")
    if kinds := operation.file:
        raise BadBridge(f"{operation.identifier[:80]} answers a file ({kinds}); only JSON and text can be answered")


def parameters(
    document: Document, operation: Operation, paging: Mapping[str, Any], sent: Sent = frozenset()
) -> tuple[dict[str, Table], list[Table]]:
    """Return the parameter tables of path, query, body and required headers, and the body's alternatives (`Shape`).

    Parameters of the pagination and those in `sent` are left out.
    """
    tables: dict[str, Table] = {}
    for node in operation.parameters:
        name, place = str(node.get("name", "")), str(node.get("in", ""))
        if place in {"header", "cookie"}:
            given = (
                ("header", name.lower()) in sent or name.lower() in SENT_BY_US
                if place == "header"
                else (place, name) in sent
            )
            if node.get("required") is True and not given:
                tables[snake(name)] = _required_header(document, node, name, place)
        elif place != "query" or (name not in _pages(paging) and (place, name) not in sent):
            media = document.resolved(node.get("content", {}).get("application/json"))
            schema = node.get("schema", media.get("schema"))
            needed = place == "path" or node.get("required") is True
            add_parameter(tables, name, place, needed, styled(described_table(document, schema, node), node, place))
    has_body = operation.body is not None and operation.method != "GET"
    return tables, add_body(document, operation, tables) if has_body else []


def _required_header(document: Document, node: Node, name: str, place: str) -> Table:
    """The table of a required header: fixed if it has one possible value, else with the reason why it cannot be set."""
    schema = merged(document, node.get("schema"))
    values: Any = schema.get("enum") or [schema[key] for key in ("const", "default") if key in schema]
    value: Any = schema.get("default", values[0] if len(values) == 1 else None)
    if place == "header" and isinstance(value, str | int | float) and is_header(name):
        return {"in": "header", "field": name, "fixed": str(value)}
    return {CANNOT: f"is a {place}, which no caller may set: {HEADER_REMEDY}", "in": "query", "field": name}


def required_headers(document: Document, operation: Operation) -> list[str]:
    """The headers that an operation requires and for which the document has no single value."""
    return [
        name
        for node in operation.parameters
        if node.get("in") == "header" and node.get("required") is True
        if CANNOT in _required_header(document, node, name := str(node.get("name", "")), "header")
    ]


def _pages(paging: Mapping[str, Any]) -> set[str]:
    """The query parameters for pagination, which the server sends."""
    if not paging or paging.get("kind") == "none":
        return set()
    carried = {str(paging.get("parameter") or paging.get("kind"))}
    carried |= {str(paging.get("size_parameter") or "limit")} if paging.get("size") else set()
    return carried | ({"page"} if paging.get("kind") == "link" else set())


def _request(operation: Operation, found: dict[str, Table]) -> str:
    """Method and path, with the path variables renamed to the names of the parameters."""
    path = operation.path
    for called, said in found.items():
        if said["in"] == "path":
            path = path.replace(f"{{{said.pop('field', called)}}}", f"{{{called}}}")
    return f"{operation.method} {path}"


def _not_there(name: str, known: Mapping[str, Table]) -> str:
    """The error for a parameter that the operation does not have, with the names that it has."""
    around = [outer for outer, said in known.items() if name in said.get("properties", {})]
    inside = f", but a field inside of {around[0]}" if around else ""
    listed = ", ".join(list(known)[:MAX_NAMED]) + (f" and {more} more" if (more := len(known) - MAX_NAMED) > 0 else "")
    return (
        f"is not a parameter of the operation{inside}; it has {listed or 'none'}.{did_you_mean(name, known)} "
        "With operation only these can be changed, hidden or fixed; with request, define others"
    )


def over(base: Table, own: Table) -> Table:
    """The document's table with the file's own words over it.

    Raises:
        BadBridge: when the file speaks of a parameter that the operation lacks, or offers one that cannot be.
    """
    given = own.get("parameters", {})
    named = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    called = str(own.get("name") or base["name"])
    if unknown := [name for name in named if name not in base["parameters"]]:
        raise BadBridge(f"tools.{called}.parameters.{unknown[0][:60]} {_not_there(unknown[0], base['parameters'])}")
    whole: dict[str, Table] = {}
    for name, said in base["parameters"].items():
        both = {**said, **cast("Table", named.get(name, {}))}
        reason = both.pop(CANNOT, None)
        if both.get("hidden") is True and both.get("in") != "path":
            continue
        if reason is not None and "fixed" not in both and "type" not in both:
            raise BadBridge(f"tools.{called}.parameters.{name} {reason}; hide it, fix it or give it a type")
        whole[name] = both
    rest = {key: value for key, value in own.items() if key not in {"operation", "parameters"}}
    if base.get("shapes"):
        rest.setdefault("shapes", shapes_of(base["shapes"], whole))
        if not rest["shapes"]:
            raise BadBridge(f"tools.{called} lacks parameters that each alternative of its body requires: offer them")
    return {**base, **rest, "parameters": whole}
