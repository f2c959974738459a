"""Derivation of a list's `page` table from the parameters and the response in its document."""

from collections.abc import Mapping
from typing import Any, cast

from rest_mcp.names import path_of
from rest_mcp.openapi.answers import item_fields, properties_of
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.schemas import Table, merged

DEFAULT_PAGE_SIZE = 30
MAX_NEXT_DEPTH = 3
AFTER_ITEM_PARAMETERS = ("starting_after", "after_id")
"""Query parameters that carry the id of the item before the next page."""
CURSOR_PARAMETERS = (
    *("cursor", "page_token", "pageToken", "next_token", "nextToken", "page[cursor]", "continuationToken", "marker"),
    *(*AFTER_ITEM_PARAMETERS, "after"),
)
PAGING_PARAMETERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cursor", CURSOR_PARAMETERS),
    ("page", ("page", "page_number", "pageNumber", "page[number]", "pageNo", "page_no")),
    ("offset", ("offset", "skip", "start", "startAt", "$skip", "page[offset]")),
)
PAGE_SIZE_PARAMETERS = (
    *("per_page", "limit", "page_size", "pageSize", "page_limit", "maxResults", "first", "take", "perPage"),
    *("page[size]", "page[limit]", "$top", "size", "max_results", "results_per_page"),
)
MORE_FIELDS = ("has_more", "hasMore", "more")
NEXT_FIELDS = (
    *("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken", "continuationToken"),
    *("next_page", "nextPage", "next_url", "nextUrl", "nextLink", "@odata.nextLink", "next", "cursor", "after"),
)
TOTAL_FIELDS = (
    *("total", "total_count", "totalCount", "total_results", "totalResults", "total_items", "totalItems"),
    *("total_elements", "totalElements", "total_records", "totalRecords"),
)
AROUND_NEXT = ("meta", "paging", "pagination", "page_info", "pageInfo", "links", "_links", "response_metadata", "next")
"""Fields of a response whose object may contain the next cursor or the total number of items."""


def proposed_paging(document: Document, operation: Operation) -> Table | None:
    """Return the `page` table of a list; None if its parameters do not show how it is paginated."""
    nodes = {str(each.get("name")): each for each in operation.parameters if each.get("in") == "query"}
    size = next((name for name in PAGE_SIZE_PARAMETERS if name in nodes and _is_number(document, nodes[name])), None)
    sized: Table = {"size": page_size(document, nodes[size]), "size_parameter": size} if size else {}
    for kind, called in PAGING_PARAMETERS:
        parameter = next((name for name in called if name in nodes), None)
        if parameter is None:
            continue
        properties = properties_of(document, operation.answer)
        if kind != "cursor":
            first, end = _first(document, kind, nodes[parameter]), _total(document, properties)
            return {"kind": kind, "parameter": parameter, **first, **sized, **end}
        if nodes[parameter].get("required") is True:  # the cursor of the first page is not known
            return None
        if following := _next_field(document, properties, MAX_NEXT_DEPTH):
            return {"kind": kind, "parameter": parameter, "next": following, **sized}
        return _by_last(document, operation, parameter, properties, sized)
    return None


def page_size(document: Document, node: Node) -> int:
    """Return a page size of 30, limited by the maximum in the document, or by its default if it has no maximum."""
    schema = merged(document, node.get("schema"))
    values = [value for value in cast("list[Any]", schema.get("enum") or []) if _whole(value) is not None]
    if values:
        sizes = sorted(int(value) for value in values)
        return max([size for size in sizes if size <= DEFAULT_PAGE_SIZE] or sizes[:1])
    most, usual, least = (_whole(schema.get(key)) for key in ("maximum", "default", "minimum"))
    beyond = schema.get("exclusiveMaximum")
    if beyond is True and most is not None:
        most -= 1
    elif (bound := _whole(beyond)) is not None:
        most = bound - 1
    limit = most if most is not None else usual
    size = min(DEFAULT_PAGE_SIZE, limit) if limit is not None and limit > 0 else DEFAULT_PAGE_SIZE
    return min(1_000, max(size, least or 0))


def _whole(value: Any) -> int | None:
    """The value as an integer, also from a decimal string; None for other values."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_number(document: Document, node: Node) -> bool:
    kinds: Any = merged(document, node.get("schema")).get("type", ())
    named = {kinds} if isinstance(kinds, str) else set(cast("list[str]", kinds))
    return not named or not named.isdisjoint({"integer", "number", "string"})


def _first(document: Document, kind: str, node: Node) -> Table:
    """`first` if the first page is not number 1, and `always` if the number is required."""
    schema = merged(document, node.get("schema"))
    from_zero = kind == "page" and 0 in (schema.get("default"), schema.get("minimum")) and schema.get("default") != 1
    return {**({"first": 0} if from_zero else {}), **({"always": True} if node.get("required") is True else {})}


def _total(document: Document, properties: Mapping[str, Any], around: str = "") -> Table:
    """The field with the total number of items, at the top level or in a pagination object."""
    for name in TOTAL_FIELDS:
        if name in properties and _counts_all(merged(document, properties[name])):
            return {"total": f"{around}{name}"}
    for name in (*AROUND_NEXT, "page") if not around else ():
        if found := _total(document, properties_of(document, properties.get(name)), f"{path_of(name)}."):
            return found
    return {}


def _counts_all(node: Node) -> bool:
    """Whether a field is an integer and its description does not say that it counts only this page."""
    kinds: Any = node.get("type")
    whole = bool({"integer", "number"}.intersection([kinds] if isinstance(kinds, str) else kinds or ()))
    told = str(node.get("description", "")).lower()
    return whole and not any(words in told for words in ("this page", "current page", "per page"))


def _next_field(document: Document, properties: Mapping[str, Any], depth: int) -> str | None:
    """The path of the field with the next cursor, at the top level or in a pagination object."""
    for name in NEXT_FIELDS:
        if name in properties and not properties_of(document, properties[name]):
            return path_of(name)
    for name in AROUND_NEXT if depth > 1 else ():
        if name in properties and (
            below := _next_field(document, properties_of(document, properties[name]), depth - 1)
        ):
            return f"{path_of(name)}.{below}"
    return None


def _by_last(
    document: Document, operation: Operation, parameter: str, properties: Mapping[str, Any], sized: Table
) -> Table | None:
    """The `page` table of a list that is continued with the id of its last item; None if it is not one."""
    if parameter not in AFTER_ITEM_PARAMETERS or "id" not in item_fields(document, operation):
        return None
    more = next((name for name in MORE_FIELDS if name in properties), None)
    return {"kind": "last", "parameter": parameter, **sized, **({"more": more} if more else {})}
