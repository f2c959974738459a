"""Words by which operations are understood: verbs of identifiers and paths, plurals, versions, nouns seldom wanted."""

from typing import Any

import pytest
from openapi_bridges import operation
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.proposal import proposed
from rest_mcp.openapi.purposes import Purpose, noun, purpose, singular
from rest_mcp.openapi.ranking import score
from rest_mcp.openapi.tool_names import name_of_path, tool_names

TEXT = {"type": "string"}
ORDER = {"type": "object", "properties": {"id": TEXT, "state": TEXT}}
ORDERS = {"type": "array", "items": ORDER}
PLACES = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
VERBS = {
    Purpose.SEARCH: "search find query lookup",
    Purpose.LIST: "list browse",
    Purpose.GET: "get describe show fetch read retrieve view",
    Purpose.CREATE: "create add new post insert",
    Purpose.UPDATE: "update edit patch modify put replace",
    Purpose.DELETE: "delete remove destroy",
    Purpose.OTHER: (
        "accept activate approve archive assign cancel check close complete confirm convert copy decode disable "
        "download enable execute export fork generate import invite merge move pause publish refresh reject rename "
        "reset restart restore resume revoke run send set start stop submit sync test trigger undo unlink upload "
        "validate verify count link login logout register"
    ),
}
PURPOSES = {verb: each for each, verbs in VERBS.items() for verb in verbs.split()}


def whole(paths: dict[str, Any], title: str = "t") -> Document:
    return Document({"openapi": "3.0.3", "info": {"title": title, "version": "1"}, "paths": paths})


def answers(schema: dict[str, Any]) -> dict[str, Any]:
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}}


def only(method: str, path: str, identifier: str, schema: dict[str, Any] = ORDER) -> tuple[Document, Operation]:
    said = operation(identifier, **answers(schema)) if identifier else {"summary": "Do it.", **answers(schema)}
    document = whole({path: {method: said}})
    return document, next(iter(document.operations.values()))


def test_each_verb_of_an_identifier_says_what_a_post_is_for() -> None:
    found = {verb: purpose(*only("post", "/orders", f"{verb}Order")) for verb in PURPOSES}
    assert found == PURPOSES


def test_each_verb_begins_the_name_of_a_tool_as_it_stands() -> None:
    found = {verb: tool_names(*only("post", "/orders", f"{verb}Order"))[0] for verb in PURPOSES}
    assert found == {verb: f"{verb}_order" for verb in PURPOSES}


def test_each_verb_at_the_end_of_an_identifier_is_moved_to_its_front() -> None:
    found = {verb: tool_names(*only("post", "/orders", f"Orders_{verb.capitalize()}ByShop"))[0] for verb in PURPOSES}
    assert found == {verb: f"{verb}_orders_by_shop" for verb in PURPOSES}


def test_no_verb_of_a_path_is_taken_for_its_noun() -> None:
    assert {noun(only("post", f"/orders/{verb}", "doIt")[1]) for verb in PURPOSES} == {"order"}


NAMELESS = {
    Purpose.SEARCH: "search_order",
    Purpose.LIST: "list_order",
    Purpose.GET: "get_order",
    Purpose.CREATE: "create_order",
    Purpose.UPDATE: "update_order",
    Purpose.DELETE: "delete_order",
    Purpose.OTHER: "order",
}


def test_an_identifier_without_a_verb_gets_the_one_of_its_purpose() -> None:
    paths = {
        Purpose.SEARCH: ("post", "/orders/search", ORDER),
        Purpose.LIST: ("get", "/orders", ORDERS),
        Purpose.GET: ("get", "/orders/{id}", ORDER),
        Purpose.CREATE: ("post", "/orders", ORDER),
        Purpose.UPDATE: ("put", "/orders/{id}", ORDER),
        Purpose.DELETE: ("delete", "/orders/{id}", ORDER),
        Purpose.OTHER: ("post", "/orders/{id}/cancel", ORDER),
    }
    found = {
        each: tool_names(*only(method, path, "order", schema))[0] for each, (method, path, schema) in paths.items()
    }
    assert found == NAMELESS


PAGE = {"type": "object", "properties": {"rows": ORDERS, "next": TEXT, "total": {"type": "integer"}}}


MEANT: list[tuple[str, str, str, dict[str, Any], Purpose]] = [
    ("get", "/orders", "orders", ORDER, Purpose.LIST),
    ("get", "/inbox", "inbox", ORDERS, Purpose.LIST),
    ("get", "/inbox", "inbox", PAGE, Purpose.LIST),
    ("get", "/inbox", "inbox", ORDER, Purpose.GET),
    ("get", "/", "root", ORDER, Purpose.GET),
    ("get", "/inbox", "searchInbox", ORDER, Purpose.SEARCH),
    ("get", "/inbox", "browseInbox", ORDER, Purpose.LIST),
    ("get", "/inbox/search", "inbox", ORDER, Purpose.SEARCH),
    ("get", "/inbox/{id}", "searchInbox", ORDER, Purpose.GET),
    ("post", "/orders", "orders", ORDER, Purpose.CREATE),
    ("post", "/orders/{id}", "orders", ORDER, Purpose.UPDATE),
    ("post", "/orders/{id}", "createOrder", ORDER, Purpose.UPDATE),
    ("post", "/orders/{id}", "deleteOrder", ORDER, Purpose.DELETE),
    ("post", "/orders/{id}", "cancelOrder", ORDER, Purpose.OTHER),
    ("post", "/orders/{id}/cancel", "createIt", ORDER, Purpose.OTHER),
    ("post", "/orders", "", ORDER, Purpose.CREATE),
    ("put", "/orders/{id}", "cancelOrder", ORDER, Purpose.OTHER),
    ("put", "/orders/{id}", "orders", ORDER, Purpose.UPDATE),
    ("patch", "/orders/{id}", "searchOrder", ORDER, Purpose.UPDATE),
    ("delete", "/orders/{id}", "cancelOrder", ORDER, Purpose.DELETE),
    ("post", "/inbox", "sales_order.search_all", ORDER, Purpose.SEARCH),
    ("post", "/inbox", "create.thing.cancel", ORDER, Purpose.CREATE),
    ("post", "/inbox", "thing.create.cancel", ORDER, Purpose.OTHER),
]


def test_the_purpose_follows_from_method_path_identifier_and_answer() -> None:
    assert [each for each in MEANT if purpose(*only(*each[:4])) is not each[4]] == []


def test_a_noun_loses_the_ending_of_its_plural_alone() -> None:
    words = {
        "companies": "company", "flies": "fly", "ties": "tie", "addresses": "address", "dishes": "dish",
        "batches": "batch", "boxes": "box", "orders": "order", "houses": "house", "address": "address",
        "status": "status", "analysis": "analysis", "data": "data", "bus": "bus",
    }  # fmt: skip
    assert {word: singular(word) for word in words} == words


NOUNS = [
    ("/orders", "order"),
    ("/api/v1/orders.json", "order"),
    ("/rest/v2.1beta/shop-orders/{id}", "shop_order"),
    ("/orders/searchByShop", "order"),
    ("/orders/byShop", "by_shop"),
    ("/orders/find/pets.xml", "pet"),
    ("/shops/{shop}/orders/{order}/cancel", "order"),
    ("/{id}", ""),
]


def test_the_noun_is_the_last_part_that_is_neither_a_place_nor_a_verb_nor_a_version() -> None:
    assert {path: noun(only("get", path, "doIt")[1]) for path, _ in NOUNS} == dict(NOUNS)


NAMES_OF_PATHS = [
    ("GET", "/v2/load_balancers", "list_load_balancers"),
    ("GET", "/v2/load_balancers/{id}", "get_load_balancer"),
    ("GET", "/", "get_root"),
    ("GET", "/{id}", "get_root"),
    ("POST", "/companies", "create_company"),
    ("POST", "/companies/{id}/orders", "create_companies_order"),
    ("PUT", "/companies/{id}", "update_company"),
    ("PATCH", "/companies/{id}", "update_company"),
    ("DELETE", "/companies/{id}", "delete_company"),
    ("PUT", "/companies", "update_companies"),
    ("GET", "/companies/search", "search_companies"),
    ("GET", "/search/{words}", "get_search"),
    ("GET", "/find_pets/by_tag", "find_pets_by_tag"),
    ("GET", "/orders/orders", "list_orders"),
    ("GET", f"/{'b' * 20}/{'a' * 34}", f"list_{'b' * 20}_{'a' * 34}"),
    ("GET", f"/{'b' * 20}/{'a' * 34}/c", f"list_{'b' * 20}_{'a' * 34}"),
    ("GET", f"/{'b' * 20}/{'a' * 35}", f"list_{'b' * 20}"),
]


def test_a_name_from_a_path_is_a_verb_and_its_fixed_parts() -> None:
    assert [each for each in NAMES_OF_PATHS if name_of_path(each[0], each[1]) != each[2]] == []


NAMES = [
    ("get_2", "/orders", "list_orders"),
    ("getAll", "/orders", "list_orders"),
    ("getOneById", "/orders", "list_orders"),
    ("findItemsWithNames", "/orders", "list_orders"),
    ("getItemByName", "/orders", "list_orders"),
    ("listIds", "/orders", "list_orders"),
    ("getAllOrders", "/orders", "get_all_orders"),
    ("runTest", "/orders", "list_orders"),
    ("order_get", "/orders", "get_order"),
    ("shop_get_order", "/orders", "get_shop_order"),
    ("myShopGetOrder", "/orders", "list_my_shop_get_order"),
    ("my_shop_order_get", "/orders", "get_my_shop_order"),
    ("Orders_CreateOrUpdate", "/orders", "create_or_update_orders"),
    ("Orders_CreateOrUpdateByShop", "/orders", "create_or_update_orders_by_shop"),
    ("Orders_GetOr", "/orders", "get_orders_or"),
    ("read_users_users__get", "/users/", "read_users"),
    ("_users_get", "/users", "get_users"),
    ("getorders", "/orders", "getorders"),
    ("---", "/orders", "list_orders"),
    ("2faCancel", "/orders/cancel", "cancel_2_fa"),
    ("2fa", "/orders/cancel", "list_2_fa"),
]


def test_a_name_from_an_identifier_says_what_it_is_about() -> None:
    found = [(identifier, path, tool_names(*only("get", path, identifier, ORDERS))[0]) for identifier, path, _ in NAMES]
    assert found == NAMES


RARELY_WANTED = "admin audit billing enterprise internal legacy meta oauth policy webhook"


def first_of(paths: dict[str, Any], title: str = "t") -> str:
    return proposed(whole(paths, title), "api.json", 1).bridge.requests[0].name


def test_nouns_that_a_person_seldom_wants_come_after_the_others() -> None:
    def first(word: str) -> str:
        paths = {f"/{word}_runs": {"get": operation("odd", **answers(ORDERS))}}
        return first_of({**paths, "/zebras": {"get": operation("other", **answers(ORDERS))}})

    assert {word: first(word) for word in RARELY_WANTED.split()} == dict.fromkeys(RARELY_WANTED.split(), "list_other")
    assert first("able") == "list_odd"


SCORES: list[tuple[str, str, dict[str, Any], float]] = [
    ("get", "/orders", {}, 10.5),
    ("post", "/orders", {}, 8.5),
    ("patch", "/orders", {}, 7.5),
    ("put", "/orders", {}, 5.5),
    ("delete", "/orders", {}, 0.5),
    ("get", "/orders", {"summary": ""}, 4.5),
    ("get", "/orders", {"responses": {}}, 9.0),
    ("get", "/shops/{id}/orders", {}, 10.5),
    ("get", "/shops/{id}/orders/first", {}, 9.3),
    ("get", "/shops/orders/first/lines", {}, 8.1),
    ("get", "/orders", {"parameters": PLACES * 2}, 10.1),
    ("get", "/orders", {"parameters": [{"name": "a", "in": "query"}]}, 10.5),
    ("get", "/admin/audits", {}, 4.5),
]


def test_a_described_shallow_simple_request_scores_highest() -> None:
    for method, path, more, points in SCORES:
        document = whole({path: {method: operation("doIt", **{**answers(ORDER), **more})}})
        assert score(document.operation("doIt")) == pytest.approx(points), (method, path, more)
