"""Comparison of a bridge with its APIs' documents: unknown parameters and fields, required parameters not sent."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from rest_mcp.batch import Batch
from rest_mcp.bridge import Api, Bridge, RequestSpec, ToolPart
from rest_mcp.names import PLACE, steps_of
from rest_mcp.openapi.answers import answered
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.entries import parameters, sent_by_api
from rest_mcp.openapi.schemas import merged
from rest_mcp.openapi.styles import CANNOT


def differences(bridge: Bridge, folder: Path) -> list[str]:
    """Return one sentence for each difference.

    Raises:
        BadBridge: when a document cannot be read.
    """
    documents = {
        name: Document.read(folder / api.document) for name, api in bridge.apis.items() if api.document is not None
    }
    found: list[str] = []
    for part in bridge.requests:
        name = bridge.api_of(part)
        if name in documents:
            found += _of_one(part, bridge.apis[name], documents[name])
    return found


def optional_fields(bridge: Bridge, folder: Path) -> dict[str, set[str]]:
    """Return, by tool, the kept fields that a response may omit: `optional` in the file or the document.

    Raises:
        BadBridge: when a document cannot be read.
    """
    documents = {name: Document.read(folder / api.document) for name, api in bridge.apis.items() if api.document}
    found = {part.name: set(part.optional) for part in bridge.requests}
    for part in bridge.requests:
        document = documents.get(bridge.api_of(part))
        operation = None if document is None else _operation(part, document)
        if document is not None and operation is not None:
            schema = _kept_schema(part, document, operation)
            declared, required = schema.get("properties", {}), schema.get("required", ())
            steps = {field: steps_of(field)[0] for field in part.keep}
            found[part.name] |= {field for field, step in steps.items() if step in declared and step not in required}
    return found


def _of_one(part: RequestSpec, api: Api, document: Document) -> Iterator[str]:
    operation = _operation(part, document)
    if isinstance(part, ToolPart) and part.batch is not None:
        yield from _of_batch(part.name, part.batch, document)
    if operation is None:
        yield f"{part.name}: the document has no {part.request}"
        return
    known, _ = parameters(document, operation, {}, sent_by_api(api.model_dump()))
    fields = {_field(name, said): said for name, said in known.items()}
    turned = _first_steps(_turned(part, api))
    sent = _first_steps([*map(part.field, part.parameters), *part.body, *part.query]) | turned
    in_path = _first_steps(part.field(name) for name in part.parameters if part.place(name) == "path")
    for field in sorted(sent - fields.keys() - in_path - turned):
        yield f"{part.name}: the document knows no parameter {field}"
    for field, said in fields.items():
        if said["in"] != "path" and said.get("required") is not False and "default" not in said and field not in sent:
            what = "which no caller may set" if CANNOT in said else "and nothing sends it"
            yield f"{part.name}: the API needs {field}, {what}"
    yield from (f"{part.name}: no answer has the field {field}" for field in _unknown(part, document, operation))


def _of_batch(name: str, batch: Batch, document: Document) -> Iterator[str]:
    operation = _operation(batch, document)
    if operation is None:
        yield f"{name}: the document has no {batch.request}, which its batch names"
        return
    tables, _ = parameters(document, operation, {}, set())
    known = {_field(field, said) for field, said in tables.items()}
    for field in sorted({batch.field, *batch.query} - known):
        yield f"{name}: the document knows no parameter {field}, which its batch sends"


def _operation(part: RequestSpec | Batch, document: Document) -> Operation | None:
    """The document's operation with the same method and path; the names of path variables may differ."""
    wanted = part.method, PLACE.sub("{}", part.path)
    same = (each for each in document.operations.values() if (each.method, PLACE.sub("{}", each.path)) == wanted)
    return next(same, None)


def _first_steps(paths: Iterable[str]) -> set[str]:
    return {steps_of(path)[0] for path in paths}


def _field(name: str, said: Mapping[str, Any]) -> str:
    return steps_of(str(said.get("field", name)))[0]


def _turned(part: RequestSpec, api: Api) -> set[str]:
    """The query parameters for pagination, which the server sends."""
    paging = part.page or api.page
    if part.answer != "list" or paging is None or paging.kind == "none":
        return set()
    return {paging.sent_as, paging.size_parameter}


def _unknown(part: RequestSpec, document: Document, operation: Operation) -> Iterator[str]:
    """The kept fields that the response's schema lacks; none if it names no fields or allows additional ones."""
    schema = _kept_schema(part, document, operation)
    properties = cast("Mapping[str, Any]", schema.get("properties", {}))
    if properties and not schema.get("additionalProperties"):
        yield from (field for field in part.keep if steps_of(field)[0] not in properties)


def _kept_schema(part: RequestSpec, document: Document, operation: Operation) -> Mapping[str, Any]:
    """The schema of the object whose fields are kept: the response or an item of its list."""
    schema = merged(document, operation.answer)
    for step in steps_of(part.result) if part.result else ():
        schema = merged(document, cast("Mapping[str, Any]", schema.get("properties", {})).get(step))
    if answered(document, operation)[0] == "list" or part.answer == "list":
        schema = merged(document, schema.get("items", schema))
    return schema
