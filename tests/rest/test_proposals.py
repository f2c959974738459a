"""Proposals of `inspect`: operations of the main nouns, names that begin with a verb, pages and headers."""

from typing import Any

import pytest
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import Proposal, proposed

TEXT = {"type": "string"}
ORDER = {"type": "object", "properties": {"id": TEXT, "state": TEXT}}
ORDERS = {"type": "array", "items": ORDER}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def operation(identifier: str = "", schema: dict[str, Any] = ORDER, **more: Any) -> dict[str, Any]:
    named = {"operationId": identifier} if identifier else {}
    return {"summary": "An operation", "responses": answer(schema), **named, **more}


def query(name: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": {"type": "integer", **schema}}


def header(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string", **schema}}


def proposal(paths: dict[str, Any], **more: Any) -> Proposal:
    document = {"openapi": "3.0.3", "info": {"title": "Orders", "version": "1"}, "paths": paths, **more}
    return proposed(Document(document), "openapi.json", 10)


def names(found: Proposal) -> list[str]:
    return [tool.name for tool in found.bridge.requests]


def with_places(path: str, item: dict[str, Any]) -> dict[str, Any]:
    places = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    given = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in places]
    return {**item, "parameters": given} if given else item


def test_the_main_noun_has_a_search_a_list_a_get_and_its_writes_before_anything_else() -> None:
    crud = {
        "/orders": {"get": operation("listOrders", ORDERS), "post": operation("createOrder")},
        "/orders/search": {"get": operation("searchOrders", ORDERS)},
        "/orders/{id}": {
            "get": operation("getOrder"),
            "patch": operation("updateOrder"),
            "delete": operation("dropIt"),
        },
        **{f"/reports/kind{number}": {"get": operation(f"getReport{number}")} for number in range(20)},
    }
    found = names(proposal({path: with_places(path, item) for path, item in crud.items()}))
    assert found[:5] == ["search_orders", "get_order", "create_order", "update_order", "list_orders"]


NAMES = [
    ("get", "/orders", "Orders_ListByShop", "list_orders_by_shop"),
    ("get", "/orders", "orders.list", "list_orders"),
    ("get", "/orders", "list_orders_orders_get", "list_orders"),
    ("get", "/orders", "orders/list-for-shop", "list_orders_for_shop"),
    ("get", "/orders", "orders", "list_orders"),
    ("get", "/orders", "get_2", "list_orders"),
    ("get", "/orders/{id}", "order", "get_order"),
    ("post", "/orders/{id}", "order", "update_order"),
    ("post", "/orders/{move}", "order", "update_order"),
    ("get", "/", "", "get_root"),
    ("put", "/orders/{id}", "Orders_CreateOrUpdate", "create_or_update_orders"),
    ("post", "/orders/{id}/cancel", "cancelOrder", "cancel_order"),
    ("get", "/v2/load_balancers/{id}", "", "get_load_balancer"),
    ("get", "/search/companies", "", "search_companies"),
    ("post", "/companies", "", "create_company"),
    ("get", "/getcountry", "getcountry", "getcountry"),
]


@pytest.mark.parametrize(("method", "path", "identifier", "name"), NAMES)
def test_a_tools_name_begins_with_a_verb(method: str, path: str, identifier: str, name: str) -> None:
    schema = ORDERS if method == "get" and not path.endswith("}") else ORDER
    assert names(proposal({path: with_places(path, {method: operation(identifier, schema)})})) == [name]


def test_a_part_that_every_identifier_begins_with_is_not_in_the_names() -> None:
    paths = {
        "/orders": {"get": operation("shop.orders.list", ORDERS)},
        "/orders/{id}": with_places("/orders/{id}", {"get": operation("shop.orders.get")}),
    }
    assert sorted(names(proposal(paths))) == ["get_orders", "list_orders"]


def paged(*parameters: dict[str, Any]) -> dict[str, Any]:
    found = proposal({"/orders": {"get": operation("listOrders", ORDERS, parameters=list(parameters))}})
    page = found.bridge.requests[0].page
    return {} if page is None else page.model_dump(exclude_defaults=True)


@pytest.mark.parametrize(
    ("parameters", "page"),
    [
        ([query("page"), query("per_page", maximum=20)], {"kind": "page", "size": 20, "size_parameter": "per_page"}),
        ([query("page"), query("per_page", minimum=50)], {"kind": "page", "size": 50, "size_parameter": "per_page"}),
        ([query("page", default=0)], {"kind": "page", "first": 0}),
        ([query("page", required=True), query("limit", required=True)], {"kind": "page", "size": 30, "always": True}),
        ([query("offset", required=True)], {"kind": "offset", "always": True}),
        ([query("page"), query("limit", enum=[10, 25, 50])], {"kind": "page", "size": 25}),
        ([query("page"), query("limit", enum=[50, 100])], {"kind": "page", "size": 50}),
        ([query("page"), query("limit", default=20)], {"kind": "page", "size": 20}),
        ([query("page"), query("limit", type="string", default="10")], {"kind": "page", "size": 10}),
        ([query("page"), query("limit", maximum=20, exclusiveMaximum=True)], {"kind": "page", "size": 19}),
        ([query("page"), query("limit", exclusiveMaximum=21)], {"kind": "page", "size": 20}),
        ([query("page"), query("limit", type="object")], {"kind": "page"}),
        ([query("page[number]"), query("page[size]")], {"kind": "page", "size": 30, "size_parameter": "page[size]"}),
        ([query("startAt"), query("maxResults")], {"kind": "offset", "size": 30, "size_parameter": "maxResults"}),
        ([query("$skip"), query("$top", maximum=9)], {"kind": "offset", "size": 9, "size_parameter": "$top"}),
    ],
)
def test_pages_are_asked_as_the_document_allows_and_requires(
    parameters: list[dict[str, Any]], page: dict[str, Any]
) -> None:
    assert paged(*parameters) == {"parameter": parameters[0]["name"], **page}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("parameter", "beside", "following"),
    [
        ("cursor", {"next": TEXT}, "next"),
        ("cursor", {"meta": shape(next_cursor=TEXT)}, "meta.next_cursor"),
        ("after", {"paging": shape(next=shape(after=TEXT))}, "paging.next.after"),
        ("pageToken", {"nextPageToken": TEXT}, "nextPageToken"),
        ("continuationToken", {"@odata.nextLink": TEXT}, "@odata\\.nextLink"),
    ],
)
def test_the_next_cursor_is_found_at_the_top_and_in_objects_about_pages(
    parameter: str, beside: dict[str, Any], following: str
) -> None:
    listed = operation("listOrders", shape(items=ORDERS, **beside), parameters=[query(parameter, type="string")])
    page = proposal({"/orders": {"get": listed}}).bridge.requests[0].page
    assert (page.kind, page.parameter, page.next) == ("cursor", parameter, following)


def test_a_cursor_that_the_first_page_needs_is_left_to_the_caller() -> None:
    listed = operation("listOrders", shape(items=ORDERS, next=TEXT), parameters=[query("cursor", required=True)])
    [tool] = proposal({"/orders": {"get": listed}}).bridge.requests
    assert (tool.page, list(tool.offered)) == (None, ["cursor_value"])


@pytest.mark.parametrize(
    ("path", "beside", "answers"),
    [
        ("/orders/{order}", {"id": TEXT}, "object"),
        ("/orders/{order}", {"status": TEXT}, "object"),
        ("/cart", {"id": TEXT}, "object"),
        ("/search/{words}", {"total": TEXT}, "list"),
        ("/orders", {"status": TEXT}, "list"),
    ],
)
def test_a_thing_that_has_a_list_is_no_list(path: str, beside: dict[str, Any], answers: str) -> None:
    item = {"get": operation("getOrder", shape(items=ORDERS, **beside))}
    [tool] = proposal({path: with_places(path, item)}).bridge.requests
    assert tool.answer == answers


def test_an_operation_with_an_address_of_its_own_is_noticed() -> None:
    item = {"get": operation("listOrders", ORDERS, servers=[{"url": "https://files.example"}])}
    assert any("https://files.example" in warning for warning in proposal({"/orders": item}).warnings)


def test_a_header_with_one_value_is_sent_with_it() -> None:
    found = proposal(
        {"/orders": {"get": operation("listOrders", ORDERS, parameters=[header("X-Version", enum=["7"])])}}
    )
    parameter = found.bridge.requests[0].parameters["x_version"]
    assert (parameter.place, parameter.field, parameter.fixed) == ("header", "X-Version", "7")


def test_a_header_that_most_operations_need_comes_from_a_variable() -> None:
    found = proposal({"/orders": {"get": operation("listOrders", ORDERS, parameters=[header("X-Tenant_Id")])}})
    secrets = [(auth.header, auth.prefix, auth.variable) for auth in found.bridge.apis["api"].secrets]
    assert secrets == [("Authorization", "Bearer ", "API_TOKEN"), ("X-Tenant_Id", "", "API_X_TENANT_ID")]


def test_a_post_that_searches_is_proposed_as_a_read_and_noticed() -> None:
    found = proposal({"/orders/search": {"post": operation("searchOrders", ORDERS)}})
    assert [tool.reads for tool in found.bridge.tools if not hasattr(tool, "code")] == [True]
    assert any("taken for a read" in warning for warning in found.warnings)


def test_a_signature_that_cannot_be_made_is_named() -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"}
    more = {"components": {"securitySchemes": {"hmac": scheme}}, "security": [{"hmac": []}]}
    found = proposal({"/orders": {"get": operation("listOrders", ORDERS)}}, **more)
    assert "requests are signed with AWS Signature 4, which this server cannot do" in found.warnings


def test_a_document_without_an_operation_to_offer_is_refused_with_the_reasons() -> None:
    file = {"200": {"description": "ok", "content": {"application/pdf": {}}}}
    with pytest.raises(BadBridge, match=r"it answers a file \(application/pdf\).*\(1 operation\)"):
        proposal({"/bill": {"get": {"summary": "A bill", "responses": file}}})


@pytest.mark.parametrize("place", ["answer", "body"])
def test_a_media_type_of_anything_is_json_where_it_has_a_schema(place: str) -> None:
    content = {"*/*": {"schema": ORDER}}
    body = {"requestBody": {"content": content}} if place == "body" else {}
    responses = {"200": {"description": "ok", "content": content}} if place == "answer" else answer(ORDER)
    found = proposal({"/orders": {"post": {**operation("createOrder"), **body, "responses": responses}}})
    assert names(found) == ["create_order"]


def body(schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


LARGE = {"type": "object", "properties": {f"field_{number}": {**TEXT, "maxLength": 30} for number in range(30)}}


def test_the_only_content_of_a_required_body_is_offered_however_large_it_is() -> None:
    post = operation("createOrder", **body({"type": "object", "properties": {"order": LARGE}}))
    assert "order" in proposal({"/orders": {"post": post}}).bridge.requests[0].offered


def test_a_required_body_of_which_nothing_can_be_offered_refuses_its_operation() -> None:
    post = operation("createOrder", **body({"type": "object", "properties": {"order": {"type": "object"}}}))
    with pytest.raises(BadBridge, match="needs a body, whose order is an object of any shape"):
        proposal({"/orders": {"post": post}})


@pytest.mark.parametrize("required", [True, False])
def test_an_empty_body_is_sent_where_the_document_requires_one(required: bool) -> None:
    post = operation("createOrder", **body({"type": "object", "properties": {"note": TEXT}}, required=required))
    assert proposal({"/orders": {"post": post}}).bridge.requests[0].sends_body is required


def test_a_required_parameter_with_one_allowed_value_is_sent_and_not_offered() -> None:
    format_of = {"name": "format", "in": "path", "required": True, "schema": {**TEXT, "enum": [".json"]}}
    found = proposal({"/orders{format}": {"get": operation("listOrders", ORDERS, parameters=[format_of])}})
    (tool,) = found.bridge.requests
    assert (list(tool.offered), tool.parameters["format"].fixed) == ([], ".json")


def test_a_response_of_another_media_type_is_requested_by_an_accept_header() -> None:
    responses = {"200": {"description": "ok", "content": {"application/vnd.orders+json": {"schema": ORDERS}}}}
    found = proposal({"/orders": {"get": {**operation("listOrders"), "responses": responses}}})
    document = found.text
    assert found.bridge.requests[0].accept == "application/vnd.orders+json"
    assert "accept" not in document
