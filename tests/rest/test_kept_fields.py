"""The fields of an answer that a bridge keeps: dotted paths, names with dots, lists on the way, large numbers."""

from typing import Any

from mcp_chassis.http.response import Response
from rest_mcp.batched_reads import has_all
from rest_mcp.error_texts import texts_at, words
from rest_mcp.fields import MISSING, at, exact, kept, object_model, page_model, tree_of
from rest_mcp.shapes import Shape, alternatives_sentence

TREE = {"id": {}, "owner": {"name": {}, "mail": {}}, "a.b": {}}


def test_paths_are_kept_as_a_tree() -> None:
    assert tree_of(["id", "owner.name", "owner.mail", r"a\.b"]) == TREE
    assert tree_of([]) == {}


def test_named_parts_are_kept_and_everything_where_none_is_named() -> None:
    value: dict[str, Any] = {"id": 1, "owner": [{"name": "ann", "age": 5}, "x"], "a.b": {"c": 1}, "more": 2}
    assert kept(value, TREE) == {"id": 1, "owner": [{"name": "ann"}, "x"], "a.b": {"c": 1}}
    assert kept(value, {}) == value
    assert kept([value, 5], {"id": {}}) == [{"id": 1}, 5]


AT: list[tuple[Any, str | None, Any]] = [
    ({"a": {"b": 1}}, "a.b", 1),
    ({"a": {"b": {"c": None}}}, "a.b.c", None),
    ({"a.b": 2, "a": {"b": 1}}, "a.b", 2),
    ({"a": {"b": 1}}, "a.c", MISSING),
    ({"a": 5}, "a.b", MISSING),
    ({"a": [1]}, "a.b", MISSING),
    ({"a": {}}, "a.b.c", MISSING),
    ({"x.y": {"z": 1}}, r"x\.y.z", 1),
    ([1], "a", MISSING),
    ([1], None, [1]),
    ({"a": 1}, "b", MISSING),
]


def test_a_value_is_found_at_its_path() -> None:
    assert [at(value, path) for value, path, _ in AT] == [found for *_, found in AT]


def test_whole_numbers_beyond_2_to_the_53_are_their_digits() -> None:
    most = 2**53 - 1
    value = [most, most + 1, -most, -most - 1, True, 1.5, "x", None, {"a": [most + 1]}]
    found = [most, str(most + 1), -most, str(-most - 1), True, 1.5, "x", None, {"a": [str(most + 1)]}]
    assert exact(value) == found
    assert exact(value)[4] is True


def test_models_name_the_kept_fields() -> None:
    one, many = object_model("get_thing", ["id", "owner.name", "owner.mail"]), page_model("list_things", ["id"])
    assert {"id", "owner"} <= one.model_json_schema()["properties"].keys()
    assert "title" not in one.model_json_schema()["properties"]["id"]
    assert (one.__name__, many.__name__) == ("GetThing", "ListThings")
    assert {"items", "total", "next_cursor"} <= many.model_json_schema()["properties"].keys()
    assert many.model_validate({"items": [{"id": 1}]}).model_dump(exclude_unset=True, by_alias=True) == {
        "items": [{"id": 1}]
    }


WHOLE: list[tuple[Any, bool]] = [
    ({"id": 1, "owner": {"name": "a", "mail": "b"}, "a.b": 0}, True),
    ({"id": None, "owner": None, "a.b": None}, True),
    ({"id": 1, "owner": [], "a.b": 0}, True),
    ({"id": 1, "owner": [{"name": "a", "mail": "b"}], "a.b": 0}, True),
    ({"id": 1, "owner": [{"name": "a", "mail": "b"}, {"name": "a"}], "a.b": 0}, False),
    ({"id": 1, "owner": {"name": "a"}, "a.b": 0}, False),
    ({"id": 1, "owner": "name mail", "a.b": 0}, False),
    ({"id": 1, "owner": 5, "a.b": 0}, False),
    ({"owner": None, "a.b": 0}, False),
    (["id", "owner", "a.b"], False),
    ("id owner a.b", False),
    (None, False),
]


def test_an_item_is_whole_with_every_kept_field() -> None:
    assert [value for value, whole in WHOLE if has_all(value, TREE) is not whole] == []


TEXTS: list[tuple[Any, str, list[str]]] = [
    ({"detail": [{"msg": "odd"}, {"msg": "bad"}]}, "detail.msg", ["odd", "bad"]),
    ({"detail": [{"msg": "odd", "loc": ["body", "a"]}]}, "detail.msg", ["body.a: odd"]),
    *(({"e": [{"m": "odd", name: "a"}]}, "e.m", ["a: odd"]) for name in ("loc", "field", "param", "property", "path")),
    ({"e": [{"m": "odd", "source": {"pointer": "/a"}}]}, "e.m", ["/a: odd"]),
    ({"e": [{"m": "odd", "source": {"parameter": "a"}}]}, "e.m", ["a: odd"]),
    ({"e": [{"m": "odd", "field": ""}]}, "e.m", ["odd"]),
    ({"e": [{"m": "odd", "loc": []}]}, "e.m", ["odd"]),
    ({"e": [{"m": "odd", "loc": ["a", 0]}]}, "e.m", ["a.0: odd"]),
    ({"e": {"m": "odd", "field": "a"}}, "e.m", ["odd"]),
    ({"e": [{"m": {"n": "odd"}, "field": "a"}]}, "e.m.n", ["odd"]),
    ({"e": ["odd", 5]}, "e", ["odd"]),
    ({"e": ["odd", "bad"]}, "e.1", ["bad"]),
    ({"e": ["odd", "bad"]}, "e.2", []),
    ({"e": [{"m": "odd"}]}, "e.0.m", ["odd"]),
    (
        {"errors": {"name": ["is odd", "is bad"], "size": "is 5"}},
        "errors",
        ["name: is odd", "name: is bad", "size: is 5"],
    ),
    ({"other": {"name": ["is odd"]}}, "other", []),
    ({"e": 5}, "e", []),
    ({"e": "odd"}, "f", []),
    ("odd", "", ["odd"]),
    (5, "", []),
]


def test_error_texts_are_found_at_their_path() -> None:
    assert [(value, path, texts_at(value, path)) for value, path, _ in TEXTS] == TEXTS


def response(body: str, kind: str = "application/json") -> Response:
    return Response("things", 422, {"content-type": kind}, body.encode())


WORDS: list[tuple[str, str, str]] = [
    ('{"m": "odd."}', "application/json", "odd."),
    ('{"m": "odd.", "n": "bad."}', "application/json", "odd: bad."),
    ('{"m": "a: odd.", "n": "bad."}', "application/json", "a: odd; bad."),
    ('{"m": "odd", "n": "odd"}', "application/json", "odd"),
    ('{"m": "a \\"b\\" c"}', "application/json", "a 'b' c"),
    ('{"m": "two\\n  lines"}', "application/json", "two lines"),
    ('{"x": ["odd"], "y": ["bad"]}', "application/json", "x: odd; y: bad"),
    ('{"x": ["odd"], "y": "bad"}', "application/json", ""),
    ('["odd", "bad"]', "application/json", "odd: bad"),
    ("plain words", "text/plain; charset=utf-8", "plain words"),
    ("plain words", "Text/Plain", "plain words"),
    ("a,b", "text/csv", ""),
    ("<html>odd</html>", "text/plain", ""),
    ('{"m": "' + "a" * 300 + '"}', "application/json", "a" * 300),
    ('{"m": "' + "a" * 301 + '"}', "application/json", "a" * 299 + "…"),
]


def test_one_line_of_an_apis_own_words_is_quoted() -> None:
    found = [(body, kind, words(response(body, kind), ["m", "n"], or_whole=True)) for body, kind, _ in WORDS]
    assert found == WORDS
    assert words(response('["odd"]'), ["m"]) == ""


def test_alternatives_are_described_in_a_sentence() -> None:
    card = Shape(required=("kind", "number"), optional=("cvc", "note"), values={"kind": ("card", "debit")})
    iban = Shape(required=("kind", "iban"), optional=("note",), values={"kind": ("iban",)})
    told = "Give the arguments of one alternative: {}."
    assert alternatives_sentence([card, iban]) == told.format(
        "kind=card|debit, number (optional cvc); or kind=iban, iban"
    )
    assert alternatives_sentence([]) == ""
    free = Shape(optional=("note",))
    assert alternatives_sentence([free, Shape(required=("a",))]) == told.format("none (optional note); or a")
    long = [Shape(required=("common", f"{'n' * 40}{number}"), optional=("o" * 60,)) for number in range(6)]
    brief = "; or ".join(f"{'n' * 40}{number}" for number in range(6))
    assert alternatives_sentence([*long, Shape(required=("common",), optional=("p" * 60,))]) == told.format(
        f"{brief}; or none"
    )
    many = [Shape(required=(f"{'n' * 50}{number}",)) for number in range(9)]
    assert len(alternatives_sentence(many)) == len(told.format("")) + 300
    assert alternatives_sentence(many).endswith("….")


def test_an_alternative_takes_its_own_arguments_and_values_alone() -> None:
    card = Shape(required=("kind", "number"), optional=("cvc",), values={"kind": ("card",)})
    assert card.takes({"kind": "card", "number": 1})
    assert card.takes({"kind": "card", "number": 1, "cvc": 2})
    given = [
        {"kind": "iban", "number": 1},
        {"kind": "card"},
        {"number": 1},
        {"kind": "card", "number": 1, "iban": 2},
        {},
    ]
    assert [each for each in given if card.takes(each)] == []
