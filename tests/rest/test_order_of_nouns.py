"""The order in which the nouns of an API and their operations are proposed."""

from typing import Any

from openapi_bridges import operation
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.purposes import noun
from rest_mcp.openapi.ranking import ranked

PLACES = {
    "list": ("get", ""),
    "search": ("get", "/search"),
    "get": ("get", "/{id}"),
    "create": ("post", ""),
    "update": ("put", "/{id}"),
    "delete": ("delete", "/{id}"),
    "other": ("post", "/{id}/cancel"),
}


def paths_of(path: str, purposes: str, **more: Any) -> dict[str, Any]:
    """The paths of one noun, all of them for each noun, with operations of these purposes."""
    paths: dict[str, Any] = {f"{path}{below}": {} for _, below in PLACES.values()}
    name = path.rpartition("/")[2]
    for purpose in purposes.split():
        method, below = PLACES[purpose]
        paths[f"{path}{below}"][method] = operation(f"{purpose}_{name}", **more)
    return paths


def first(*nouns: dict[str, Any], title: str = "t") -> str:
    """The noun of the operation that comes first."""
    paths = {path: item for each in nouns for path, item in each.items()}
    document = Document({"openapi": "3.0.3", "info": {"title": title}, "paths": paths})
    return noun(next(iter(ranked(document, 1, lambda _: True))))


def test_a_noun_with_the_more_useful_operations_goes_first() -> None:
    pairs = [("delete", "search"), ("update", "create"), ("create", "get")]
    found = {pair: first(paths_of("/ants", f"list {pair[0]}"), paths_of("/bees", f"list {pair[1]}")) for pair in pairs}
    assert found == dict.fromkeys(pairs, "bee")
    equal = [("update", "search"), ("search", "update"), ("delete", "other"), ("other", "delete")]  # with their paths
    found = {pair: first(paths_of("/ants", f"list {pair[0]}"), paths_of("/bees", f"list {pair[1]}")) for pair in equal}
    assert found == dict.fromkeys(equal, "ant")
    assert first(paths_of("/ants", "list"), paths_of("/bees", "get")) == "ant"
    assert first(paths_of("/ants", "get"), paths_of("/bees", "list")) == "ant"


def test_a_noun_nearer_to_the_root_goes_first() -> None:
    assert first(paths_of("/x/ants", "list"), paths_of("/bees", "list")) == "bee"
    assert first(paths_of("/x/ants", "list update"), paths_of("/bees", "list")) == "ant"
    assert first(paths_of("/x/ants", "list delete"), paths_of("/bees", "list")) == "bee"


def below(path: str, count: int) -> dict[str, Any]:
    return {**paths_of(path, "list"), **{f"{path}/{{id}}/part{number}": {} for number in range(count)}}


def test_a_noun_with_more_paths_below_it_goes_first_up_to_twelve() -> None:
    others = len(paths_of("/ants", ""))
    assert first(below("/ants", 0), below("/bees", 1)) == "bee"
    assert first(below("/ants", 11 - others), below("/bees", 12 - others)) == "bee"
    assert first(below("/ants", 12 - others), below("/bees", 13 - others)) == "ant"


def test_a_noun_of_the_title_goes_before_one_that_is_updated_and_after_one_that_is_created() -> None:
    for title in ("Bees", "The bee API", "BEE"):
        assert first(paths_of("/ants", "list update"), paths_of("/bees", "list"), title=title) == "bee"
        assert first(paths_of("/ants", "list create"), paths_of("/bees", "list"), title=title) == "ant"
        assert first(paths_of("/ants", "list"), paths_of("/red_bees", "list"), title=title) == "red_bee"


def test_a_noun_that_a_person_seldom_wants_needs_more_operations_to_go_first() -> None:
    assert first(paths_of("/admin_ants", "list get search"), paths_of("/bees", "list")) == "bee"
    assert first(paths_of("/admin_ants", "list get create"), paths_of("/bees", "list")) == "admin_ant"


def test_the_best_request_of_a_noun_counts_for_it() -> None:
    assert first(paths_of("/ants", "list"), paths_of("/bees", "list delete")) == "bee"
    assert first(paths_of("/ants", "list update", summary=""), paths_of("/bees", "list")) == "ant"
    assert first(paths_of("/ants", "list delete", summary=""), paths_of("/bees", "list")) == "bee"


def order(*nouns: dict[str, Any], most: int = 10, refused: str = "") -> list[str]:
    paths = {path: item for each in nouns for path, item in each.items()}
    document = Document({"openapi": "3.0.3", "info": {"title": "t"}, "paths": paths})
    return [each.identifier for each in ranked(document, most, lambda each: each.identifier not in refused.split())]


EVERY = " ".join(PLACES)


def test_the_first_noun_has_five_operations_and_each_later_one_four_before_the_rest() -> None:
    found = order(paths_of("/ants", EVERY), paths_of("/bees", EVERY))
    assert found[:5] == ["search_ants", "get_ants", "create_ants", "update_ants", "list_ants"]
    assert found[5:9] == ["search_bees", "get_bees", "create_bees", "update_bees"]
    assert found[9:] == ["list_bees", "other_ants", "other_bees", "delete_ants", "delete_bees"]


def test_what_cannot_be_offered_leaves_its_place_to_another_operation() -> None:
    found = order(paths_of("/ants", EVERY), refused="search_ants create_ants")
    assert found == ["list_ants", "get_ants", "update_ants", "other_ants", "delete_ants"]


def test_later_nouns_are_not_looked_at_where_there_are_enough() -> None:
    found = order(paths_of("/ants", EVERY), paths_of("/bees", "list"), most=5)
    assert found[:5] == ["search_ants", "get_ants", "create_ants", "update_ants", "list_ants"]
    assert found[5:] == ["list_bees", "other_ants", "delete_ants"]
    assert order(paths_of("/ants", "list"), paths_of("/bees", "list get"), most=2)[:2] == ["list_bees", "get_bees"]


def test_of_one_purpose_the_best_request_goes_first_and_then_the_shorter_path() -> None:
    paths = {
        "/ants/all/of/them/ants": {"get": operation("deep")},
        "/ants/first_ants": {"get": operation("longer")},
        "/ants": {"get": operation("shallow")},
        "/x/ants": {"get": operation("bare", summary="")},
    }
    assert order(paths)[0] == "shallow"


def test_two_hundred_operations_are_looked_at_besides() -> None:
    many = {f"/x{number:03}": {"post": operation(f"cancel{number:03}")} for number in range(250)}
    asked: list[str] = []
    document = Document({"openapi": "3.0.3", "info": {"title": "t"}, "paths": many})
    list(ranked(document, 1, lambda each: bool(asked.append(each.identifier))))
    assert (len(asked), asked[0], asked[-1]) == (200, "cancel000", "cancel199")
