"""The kind of an operation's response in its document: an object, a text or a list, often wrapped in an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from rest_mcp.names import path_of, steps_of
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.schemas import merged, snake_case

LIST_FIELDS = ("items", "data", "results", "records", "entries", "values", "value", "list")
NAMING_FIELDS = {"name", "title", "number", "key", "uuid", "slug", "status", "created_at", "createdAt"}
AROUND_LISTS = ("data", "result", "results", "response", "payload", "_embedded")
"""Fields of a response whose object may contain the list."""
PAGING_WORDS = {
    *("total", "total_count", "total_results", "total_items", "total_elements", "total_pages", "total_records"),
    *("next", "next_page", "next_cursor", "next_page_token", "next_token", "next_link", "next_url", "next_page_url"),
    *("odata_next_link", "has_more", "has_next", "more", "prev", "previous", "start_at", "page_number", "page_size"),
    *("per_page", "page_info", "paging", "pagination", "continuation_token", "response_metadata"),
}
"""Fields, in snake case, that show that an object is one page of a list."""
VAGUE_WORDS = {"meta", "links", "page", "pages", "offset", "cursor", "limit", "size", "count"}
"""Fields of pages that other objects may have too."""
ASKED = {*PAGING_WORDS, *VAGUE_WORDS, "page_token", "skip", "after", "starting_after"} - {"size", "count", "links"}
BESIDE_LISTS = {"href", "self", "success", "status", "message", "kind", "object", "type", "code"}
MAX_OTHER_FIELDS = 2


@dataclass(frozen=True)
class Envelope:
    """The lists in a response object that wraps one page of a list, and its pagination fields, as dotted paths."""

    lists: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def result(self) -> str | None:
        """The dotted path of the list; None if there are several."""
        return self.lists[0] if len(self.lists) == 1 else None


def answered(document: Document, operation: Operation) -> tuple[str, str | None]:
    """Return the kind of the response (object, list or text), and for a list in an object the field that holds it."""
    if operation.answer is None:
        return ("text" if operation.text else "object"), None
    schema = merged(document, operation.answer)
    if schema.get("type") == "array" or "items" in schema:
        return "list", None
    properties = properties_of(document, operation.answer)
    if operation.method == "GET" and not _is_one_thing(operation, properties):
        for name in (*LIST_FIELDS, last := _last_part(operation), snake_case(last)):
            if merged(document, properties.get(name)).get("type") == "array":
                return "list", path_of(name)
    return "object", None


def envelope(document: Document, operation: Operation) -> Envelope | None:
    """Return the lists in a response object that is one page of a list.

    Returns None if the response is a list, or a single object that has lists as fields. Of several lists, the one
    whose name matches the path is taken.
    """
    if operation.method != "GET" or answered(document, operation)[0] != "object":
        return None
    outer = properties_of(document, operation.answer)
    for around in ("", *AROUND_LISTS):
        inner = properties_of(document, outer.get(around)) if around else outer
        beside = {name: prop for name, prop in outer.items() if name != around} if around else {}
        if found := _page(document, operation, inner, beside):
            path = f"{path_of(around)}." if around else ""
            words = (path_of(name) if name in beside else f"{path}{path_of(name)}" for name in found.words)
            return Envelope(tuple(f"{path}{path_of(name)}" for name in found.lists), tuple(words))
    return None


def _page(
    document: Document, operation: Operation, inner: Mapping[str, Any], beside: Mapping[str, Any]
) -> Envelope | None:
    """The names of the lists in an object, if it and its sibling fields have only what one page of a list has."""
    lists = [name for name, prop in inner.items() if _is_of_objects(document, prop)]
    if not lists or "id" in {*inner, *beside}:
        return None
    fields = {**beside, **inner}
    words = [name for name in fields if snake_case(name) in PAGING_WORDS | VAGUE_WORDS]
    telling = any(snake_case(name) in PAGING_WORDS for name in words)
    asked = any(
        each.get("in") == "query" and snake_case(str(each.get("name"))) in ASKED for each in operation.parameters
    )
    called = [name for name in lists if _is_called(name, _last_part(operation).partition(".")[0])]
    chosen = called if len(called) == 1 else lists
    other = [name for name in fields if name not in (*lists, *words) and snake_case(name) not in BESIDE_LISTS]
    most = MAX_OTHER_FIELDS if telling or asked or chosen is called else 0
    if len(other) > most or not all(is_plain(document, fields[name]) for name in other):
        return None
    if not telling and (len(chosen) > 1 or "{" in _last_part(operation)):
        return None
    return Envelope(tuple(chosen), tuple(words))


def is_plain(document: Document, schema: Any) -> bool:
    """Whether the schema is that of a text, a number or a boolean."""
    kinds: Any = merged(document, schema).get("type")
    return bool(
        {"string", "integer", "number", "boolean"}.intersection([kinds] if isinstance(kinds, str) else kinds or ())
    )


def proposed_answer(document: Document, operation: Operation) -> tuple[str, str | None]:
    """Return the kind of the response for a proposal: as `answered`, and a list for an envelope with one list."""
    found = envelope(document, operation)
    return ("list", found.result) if found and found.result else answered(document, operation)


def item_fields(document: Document, operation: Operation) -> Mapping[str, Any]:
    """The properties of the response object, or of the items of the list, according to `proposed_answer`."""
    answer, result = proposed_answer(document, operation)
    schema = merged(document, operation.answer)
    for step in steps_of(result) if result else ():
        schema = merged(document, properties_of(document, schema).get(step))
    return properties_of(document, schema.get("items") if answer == "list" else schema)


def properties_of(document: Document, schema: Any) -> Mapping[str, Any]:
    """The properties of a schema by name; empty if it is not an object."""
    return cast("Mapping[str, Any]", merged(document, schema).get("properties", {}))


def _is_of_objects(document: Document, schema: Any) -> bool:
    node = merged(document, schema)
    return node.get("type") == "array" and bool(properties_of(document, node.get("items")))


def _is_one_thing(operation: Operation, properties: Mapping[str, Any]) -> bool:
    """Whether an object with these properties is a single thing with lists, such as an order, not one page of a list.

    An id shows this; if the path ends in a variable, so does a name or a status.
    """
    return "id" in properties or ("{" in _last_part(operation) and not NAMING_FIELDS.isdisjoint(properties))


def _last_part(operation: Operation) -> str:
    return operation.path.rstrip("/").rpartition("/")[2]


def _is_called(field: str, part: str) -> bool:
    """Whether a path segment ends with the field's name, singular or plural: `campaigns` matches `ad_campaign`."""
    one, other = snake_case(field).rstrip("s"), snake_case(part).rstrip("s")
    return other == one or other.endswith(f"_{one}")
