"""Words about pages in documents, one by one: parameters that ask for a page, fields that say how a list goes on."""

from typing import Any

import pytest
from openapi_bridges import operation
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


ORDERS = {"type": "array", "items": shape(id=TEXT, state=TEXT)}


def query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema or WHOLE}


def tool(schema: Any, *parameters: dict[str, Any], path: str = "/orders") -> dict[str, Any]:
    good = {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}
    places = [{"name": "id", "in": "path", "required": True, "schema": TEXT}] if "{id}" in path else []
    paths = {path: {"get": operation("doIt", responses=good, parameters=[*parameters, *places])}}
    document = Document({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths})
    return proposed(document, "api.json", 1).bridge.requests[0].model_dump(exclude_defaults=True)


def page(schema: Any, *parameters: dict[str, Any]) -> dict[str, Any]:
    return tool(schema, *parameters).get("page", {})


CURSORS = (
    "cursor page_token pageToken next_token nextToken page[cursor] continuationToken marker after after_id"
    " starting_after"
)
PAGES = "page page_number pageNumber page[number] pageNo page_no"
OFFSETS = "offset skip start startAt $skip page[offset]"
SIZES = (
    "per_page limit page_size pageSize page_limit maxResults first take perPage page[size] page[limit] $top size "
    "max_results results_per_page"
)


KINDS = [("cursor", CURSORS), ("page", PAGES), ("offset", OFFSETS)]


def test_each_parameter_that_asks_for_a_page_is_known() -> None:
    for kind, names in KINDS:
        found = {name: page(shape(items=ORDERS, next=TEXT), query(name)) for name in names.split()}
        carried = {name: (each.get("kind"), each.get("parameter")) for name, each in found.items()}
        assert carried == {name: (kind, name) for name in names.split()}


def test_each_parameter_that_asks_for_a_size_is_known() -> None:
    found = {name: page(ORDERS, query("page"), query(name)) for name in SIZES.split()}
    sizes = {name: (each.get("size"), each.get("size_parameter", "limit")) for name, each in found.items()}
    assert sizes == {name: (30, name) for name in SIZES.split()}


NEXT = (
    "next_cursor nextCursor next_page_token nextPageToken next_token nextToken continuationToken next_page nextPage "
    "next_url nextUrl nextLink @odata.nextLink next cursor after"
)
AROUND = "meta paging pagination page_info pageInfo links _links response_metadata next"
TOTALS = (
    "total total_count totalCount total_results totalResults total_items totalItems total_elements totalElements "
    "total_records totalRecords"
)


def test_each_field_that_holds_the_next_cursor_is_known() -> None:
    found = {name: page(shape(items=ORDERS, **{name: TEXT}), query("cursor")).get("next") for name in NEXT.split()}
    assert found == {name: name.replace(".", "\\.") for name in NEXT.split()}


def test_each_object_about_pages_is_looked_into_for_the_next_cursor_and_for_the_total() -> None:
    def within(name: str, **inner: Any) -> dict[str, Any]:
        return page(shape(items=ORDERS, **{name: shape(**inner)}), query("cursor" if "after" in inner else "page"))

    assert {name: within(name, after=TEXT).get("next") for name in AROUND.split()} == {
        name: f"{name}.after" for name in AROUND.split()
    }
    around = [*AROUND.split(), "page"]
    assert {name: within(name, total=WHOLE).get("total") for name in around} == {
        name: f"{name}.total" for name in around
    }


def test_the_next_cursor_is_looked_for_in_two_objects_and_the_total_in_one() -> None:
    two, three = shape(links=shape(next=TEXT)), shape(paging=shape(links=shape(next=TEXT)))
    assert page(shape(items=ORDERS, meta=two), query("cursor"))["next"] == "meta.links.next"
    assert page(shape(items=ORDERS, meta=three), query("cursor")) == {}
    assert "total" not in page(shape(items=ORDERS, meta=shape(paging=shape(total=WHOLE))), query("page"))


def test_each_field_that_counts_all_items_is_known() -> None:
    found = {name: page(shape(items=ORDERS, **{name: WHOLE}), query("page")).get("total") for name in TOTALS.split()}
    assert found == {name: name for name in TOTALS.split()}


COUNTING: list[tuple[dict[str, Any], bool]] = [
    ({"type": "number"}, True),
    ({"type": ["integer", "null"]}, True),
    ({"type": "string"}, False),
    ({}, False),
    ({**WHOLE, "description": "All orders."}, True),
    ({**WHOLE, "description": "Orders on This Page."}, False),
    ({**WHOLE, "description": "Orders of the current page"}, False),
    ({**WHOLE, "description": "Orders per page"}, False),
]


def test_a_total_is_a_number_of_all_items() -> None:
    found = ["total" in page(shape(items=ORDERS, total=schema), query("page")) for schema, _ in COUNTING]
    assert found == [counts for _, counts in COUNTING]


@pytest.mark.parametrize("more", ["has_more", "hasMore", "more"])
def test_a_list_that_goes_on_after_its_last_item_may_say_so(more: str) -> None:
    said = {"kind": "last", "parameter": "starting_after", "more": more}
    assert page(shape(items=ORDERS, **{more: {"type": "boolean"}}), query("starting_after")) == said
    assert page(shape(items=ORDERS, kind=TEXT), query("after_id")) == {"kind": "last", "parameter": "after_id"}


def test_a_list_without_a_next_cursor_goes_on_by_the_id_of_its_last_item_alone() -> None:
    assert page(shape(items=ORDERS), query("after")) == {}
    nameless = {"type": "array", "items": shape(state=TEXT)}
    assert page(shape(items=nameless), query("starting_after")) == {}


ALLOWED: list[tuple[dict[str, Any], int | None]] = [
    ({"type": "integer"}, 30),
    ({"type": "number"}, 30),
    ({"type": "string"}, 30),
    ({"type": ["integer", "null"]}, 30),
    ({"maximum": 100}, 30),
    ({"type": "boolean"}, None),
    ({"type": "integer", "maximum": 1}, 1),
    ({"type": "integer", "maximum": 0}, 30),
    ({"type": "integer", "maximum": "20"}, 20),
    ({"type": "integer", "maximum": True}, 30),
    ({"type": "integer", "maximum": 29, "default": 10}, 29),
    ({"type": "integer", "default": 500}, 30),
    ({"type": "integer", "minimum": 31}, 31),
    ({"type": "integer", "minimum": 5_000}, 1_000),
    ({"type": "integer", "maximum": 20, "exclusiveMaximum": False}, 20),
    ({"type": "integer", "maximum": 20, "exclusiveMaximum": True}, 19),
    ({"type": "integer", "exclusiveMaximum": 21}, 20),
    ({"type": "integer", "exclusiveMaximum": True}, 30),
    ({"type": "integer", "enum": [100, 30, 31, 10]}, 30),
    ({"type": "integer", "enum": [100, 50]}, 50),
    ({"type": "string", "enum": ["20", "all"]}, 20),
    ({"type": "string", "enum": ["all"]}, 30),
]


def test_the_size_is_thirty_or_what_the_document_allows() -> None:
    found = [(schema, page(ORDERS, query("page"), query("limit", **schema)).get("size")) for schema, _ in ALLOWED]
    assert found == ALLOWED


FIRST: list[tuple[str, dict[str, Any], int]] = [
    ("page", {"minimum": 0}, 0),
    ("page", {"default": 0}, 0),
    ("page", {"minimum": 0, "default": 1}, 1),
    ("page", {"minimum": 1}, 1),
    ("offset", {"default": 0}, 1),
]


def test_the_first_page_is_zero_where_the_document_says_so() -> None:
    found = [page(ORDERS, query(name, type="integer", **schema)).get("first", 1) for name, schema, _ in FIRST]
    assert found == [first for _, _, first in FIRST]


LISTS = "items data results records entries values value list orders"


def test_each_usual_field_of_a_list_is_known_and_the_one_that_is_called_as_the_path() -> None:
    found = {name: tool(shape(**{name: ORDERS}, state=TEXT)) for name in LISTS.split()}
    assert {name: (each.get("answer"), each.get("result")) for name, each in found.items()} == {
        name: ("list", name) for name in LISTS.split()
    }
    assert tool(shape(shop_orders=ORDERS, state=TEXT), path="/shopOrders")["result"] == "shop_orders"
    assert tool(shape(shopOrders=ORDERS, state=TEXT), path="/shopOrders/")["result"] == "shopOrders"


def test_each_field_that_names_a_thing_makes_it_one_thing_where_the_path_asks_for_one() -> None:
    names = ["id", "name", "title", "number", "key", "uuid", "slug", "status", "created_at", "createdAt"]
    found = {name: tool(shape(items=ORDERS, **{name: TEXT}), path="/carts/{id}") for name in names}
    assert [name for name, each in found.items() if "answer" in each] == []
    assert tool(shape(items=ORDERS, note=TEXT), path="/carts/{id}")["answer"] == "list"


PAGING_WORDS = (
    "total total_count total_results total_items total_elements total_pages total_records next next_page next_cursor "
    "next_page_token next_token next_link next_url next_page_url odata_next_link has_more has_next more prev previous "
    "start_at page_number page_size per_page page_info paging pagination continuation_token response_metadata"
)
VAGUE_WORDS = "meta links page pages offset cursor limit size count"
BESIDE = "href self success status message kind object type code"
ASKED = f"{PAGING_WORDS} meta page pages offset cursor limit page_token skip after starting_after"
NOTES = shape(note=TEXT)


def result(*parameters: dict[str, Any], path: str = "/search", **fields: Any) -> str | None:
    return tool(shape(rows=ORDERS, **fields), *parameters, path=path).get("result")


def test_each_word_about_pages_beside_a_list_makes_it_a_list() -> None:
    parts = {"first_part": TEXT, "second_part": TEXT}
    assert [word for word in PAGING_WORDS.split() if result(query("skip"), **parts, **{word: TEXT}) != "rows"] == []
    assert [word for word in PAGING_WORDS.split() if result(query("q"), **parts, **{word: TEXT}) is not None] == []


def test_each_vague_word_beside_a_list_is_not_counted_with_the_fields_of_one_thing() -> None:
    assert [word for word in VAGUE_WORDS.split() if result(query("skip"), **{word: NOTES}) != "rows"] == []
    assert [word for word in BESIDE.split() if result(query("skip"), **{word: NOTES}) != "rows"] == []
    assert result(query("skip"), note=NOTES) is None


def test_each_parameter_about_pages_allows_two_other_fields_beside_the_list() -> None:
    two = {"first_part": TEXT, "second_part": TEXT}
    assert [word for word in ASKED.split() if result(query(word), **two) != "rows"] == []
    assert result(query("q"), **two) is None
    assert result(query("skip"), **two, third_part=TEXT) is None
    assert result({**query("skip"), "in": "header"}, **two) is None


AROUND_LISTS = ["data", "result", "results", "response", "payload", "_embedded"]


def test_a_list_is_found_in_each_usual_object_around_it() -> None:
    for around in AROUND_LISTS:
        found = tool(shape(**{around: shape(rows=ORDERS)}, next=TEXT), query("cursor"), path="/search")
        assert (found["result"], found["page"]["next"]) == (f"{around}.rows", "next")
