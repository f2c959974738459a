"""Values that a parameter of a bridge file takes and refuses, and how each goes into a request."""

from typing import Any

import pytest
from mcp_chassis.failures import InvalidInput
from pydantic import TypeAdapter, ValidationError
from rest_mcp.parameters import Null, Parameter
from rest_mcp.request_values import in_json, nested, outside_json, plain

LARGEST = 2**53 - 1


def parameter(**said: Any) -> Parameter:
    return Parameter.model_validate(said)


def taken(value: Any, **said: Any) -> Any:
    """The value as the tool gets it; the class of the error where it is refused."""
    try:
        return TypeAdapter[Any](parameter(required=True, **said).annotation("value")).validate_python(value)
    except ValidationError:
        return ValidationError


FORMATS = {
    "date": (["2024-01-31"], ["2024-1-31", "24-01-31", "2024-01-31T", "x2024-01-31"]),
    "date-time": (
        ["2024-01-31T10:00:00Z", "2024-01-31 10:00", "2024-01-31t10:00:00.5+02:00", "2024-01-31T10:00z"],
        ["2024-01-31", "2024-01-31T", "10:00:00Z", "2024-01-31T10:00 Z"],
    ),
    "uuid": (
        ["0F9619FF-8b86-d011-b42d-00c04fc964ff"],
        [
            "0F9619FF8b86d011b42d00c04fc964ff",
            "0F9619FF-8b86-d011-b42d-00c04fc964f",
            "gF9619FF-8b86-d011-b42d-00c04fc964ff",
        ],
    ),
    "email": (["a@b", "a.b+c@d.example"], ["a", "@b", "a@", "a b@c", "a@b@c"]),
    "ipv4": (["10.0.0.1", "255.255.255.255"], ["10.0.0", "10.0.0.1.2", "1000.0.0.1", "a.b.c.d"]),
    "ipv6": (["::1", "fe80::1:2", "::ffff:10.0.0.1"], ["1", "fffff::1", "g::1", "1:2"]),
    "int64": (["9223372036854775807", "-9223372036854775808"], ["9223372036854775808", "1.5", "a", "", "1" * 20]),
}


def test_each_format_is_checked() -> None:
    for name, (good, bad) in FORMATS.items():
        assert [text for text in good if taken(text, format=name) != text] == [], name
        assert [text for text in bad if taken(text, format=name) is not ValidationError] == [], name


LIMITS: list[tuple[dict[str, Any], Any, Any]] = [
    ({}, "a" * 2_000, "a" * 2_001),
    ({}, "", 5),
    ({"max_length": 3}, "abc", "abcd"),
    ({"min_length": 2}, "ab", "a"),
    ({"pattern": "^[a-z]+$"}, "ab", "A"),
    ({"enum": ["a", "b"]}, "b", "c"),
    ({"type": "integer", "enum": [1]}, 1, 2),
    ({"type": "integer"}, 5, "x"),
    ({"type": "integer", "minimum": 1}, 1, 0),
    ({"type": "integer", "maximum": 9}, 9, 10),
    ({"type": "integer"}, -LARGEST, -LARGEST - 1),
    ({"type": "integer"}, LARGEST, LARGEST + 1),
    ({"type": "integer"}, 2, 2.5),
    ({"type": "number"}, 2.5, "x"),
    ({"type": "number", "minimum": 0.5}, 0.5, 0.4),
    ({"type": "number", "maximum": 1.5}, 1.5, 1.6),
    ({"type": "boolean"}, True, "maybe"),
    ({"type": "array"}, ["a"] * 50, ["a"] * 51),
    ({"type": "array", "max_items": 2}, ["a", "b"], ["a", "b", "c"]),
    ({"type": "array", "min_items": 1}, ["a"], []),
    ({"type": "array", "items": {"type": "integer"}}, [1], ["x"]),
    ({"type": "object", "values": {"type": "integer"}}, {"a": 1}, {"a": "x"}),
    ({"type": "object", "values": {}}, {f"k{n}": "v" for n in range(50)}, {f"k{n}": "v" for n in range(51)}),
    ({"nullable": True}, "a", 5),
]


def test_the_last_value_within_a_limit_is_taken_and_the_next_one_refused() -> None:
    assert [said for said, good, _ in LIMITS if taken(good, **said) != good] == []
    assert [said for said, _, bad in LIMITS if taken(bad, **said) is not ValidationError] == []


def test_digits_of_a_large_whole_number_are_taken_and_a_rounded_number_is_not() -> None:
    found = {text: taken(text, type="integer") for text in (str(LARGEST + 1), str(2**63 - 1), str(-(2**60)))}
    assert found == {text: int(text) for text in found}
    assert taken(str(2**63), type="integer") is ValidationError
    assert taken(float(2**60), type="integer") is ValidationError
    assert taken(str(LARGEST + 1), type="integer", maximum=2.0**62) == LARGEST + 1
    assert (taken(7, format="int64"), taken(True, format="int64")) == ("7", ValidationError)


def test_a_null_is_a_value_where_the_parameter_takes_one() -> None:
    assert taken(None, nullable=True) is Null.GIVEN
    assert taken(None) is ValidationError
    assert TypeAdapter[Any](parameter(required=False).annotation("a")).validate_python(None) is None
    with pytest.raises(ValidationError):
        TypeAdapter[Any](parameter(default="b").annotation("a")).validate_python(None)


def test_an_object_takes_its_own_fields_alone() -> None:
    said = {"type": "object", "properties": {"a": {}, "b_c": {"field": "bC", "required": False}, "d": {"fixed": "x"}}}
    assert plain(taken({"a": "1", "b_c": "2"}, **said)) == {"a": "1", "bC": "2"}
    assert plain(taken({"a": "1"}, **said)) == {"a": "1"}
    assert [each for each in ({"a": "1", "d": "x"}, {"a": "1", "e": "x"}, {"b_c": "2"})
            if taken(each, **said) is not ValidationError] == []  # fmt: skip


DESCRIPTIONS = [
    ({"description": "One."}, "One."),
    ({"description": "One", "nullable": True}, "One. May be null."),
    ({"description": "One!", "nullable": True}, "One! May be null."),
    ({"description": "One? ", "nullable": True}, "One? May be null."),
    ({"nullable": True}, "May be null."),
    ({}, None),
]


def test_a_description_says_that_null_is_taken() -> None:
    schemas = [
        TypeAdapter[Any](parameter(required=True, **said).annotation("a")).json_schema() for said, _ in DESCRIPTIONS
    ]
    assert [str(told) in str(schema) if told else "description" not in schema
            for schema, (_, told) in zip(schemas, DESCRIPTIONS, strict=True)] == [True] * len(schemas)  # fmt: skip


NEEDED: list[tuple[dict[str, Any], bool, bool]] = [
    ({}, True, True),
    ({"required": False}, False, True),
    ({"required": True, "default": "a"}, True, True),
    ({"default": "a"}, False, True),
    ({"hidden": True}, True, False),
    ({"fixed": "a"}, True, False),
    ({"fixed": ""}, True, False),
]


def test_a_parameter_is_needed_without_a_default_and_offered_unless_hidden_or_fixed() -> None:
    found = [(parameter(**said).needed, parameter(**said).offered) for said, *_ in NEEDED]
    assert found == [(needed, offered) for _, needed, offered in NEEDED]
    assert (parameter(required=False, default="a").first, parameter().first) == ("a", ...)


def test_arguments_become_plain_values() -> None:
    values = [2.0, 2.5, float(2**53), -3.0, [1.0], {"a": 1.0}, "x", True, None]
    assert plain(values) == [2, 2.5, float(2**53), -3, [1], {"a": 1}, "x", True, None]
    assert [type(each) for each in plain(values)[:4]] == [int, float, float, int]


def test_values_in_a_json_body_are_of_their_own_types() -> None:
    digits, inner = (
        {"format": "int64"},
        {"type": "object", "properties": {"n_n": {"format": "int64", "field": "nN"}}},
    )
    assert in_json("7", parameter(**digits)) == 7
    assert in_json(["7"], parameter(type="array", items=digits)) == [7]
    assert in_json({"a": "7"}, parameter(type="object", values=digits)) == {"a": 7}
    assert in_json({"nN": "7", "other": "8"}, parameter(**inner)) == {"nN": 7, "other": "8"}
    assert in_json(Null.GIVEN, parameter(nullable=True)) is None
    assert in_json({"a": Null.GIVEN}, parameter(type="object", values={"nullable": True})) == {"a": None}
    assert in_json(["a"], parameter(type="array")) == ["a"]


OUTSIDE: list[tuple[Any, dict[str, Any], bool, dict[str, Any]]] = [
    (True, {}, True, {"f": "true"}),
    (True, {}, False, {"f": True}),
    (5, {}, True, {"f": "5"}),
    (["a", 1, False], {"type": "array"}, False, {"f": ["a", "1", "false"]}),
    (["a", 1], {"type": "array", "separator": "|"}, False, {"f": "a|1"}),
    ({"a": 1, "b": [1, True]}, {"type": "object", "style": "form", "values": {}}, False,
     {"a": "1", "b": ["1", "true"]}),
    ({"a": 1, "b": {"c": [1]}}, {"type": "object", "style": "deepObject", "values": {}}, False,
     {"f[a]": "1", "f[b][c]": ["1"]}),
    ({"a": Null.GIVEN, "b": 1}, {"type": "object", "style": "deepObject", "values": {}}, False, {"f[b]": "1"}),
    ({"a": Null.GIVEN, "b": 1}, {"type": "object", "style": "form", "values": {}}, False, {"b": "1"}),
    ({"a": "ä", "b": [1]}, {"type": "object", "style": "json", "values": {}}, False, {"f": '{"a":"ä","b":[1]}'}),
    (["7"], {"type": "array", "style": "json", "items": {"format": "int64"}}, False, {"f": "[7]"}),
]  # fmt: skip


def test_values_outside_of_a_json_body_are_written_in_their_style() -> None:
    found = [outside_json("f", value, parameter(**said), as_text=text) for value, said, text, _ in OUTSIDE]
    assert found == [expected for *_, expected in OUTSIDE]


def test_a_list_that_would_arrive_as_another_one_is_refused() -> None:
    with pytest.raises(InvalidInput, match="An item of f contains ',', which separates the items in the request"):
        outside_json("f", ["a,b"], parameter(type="array", separator=","), as_text=False)
    with pytest.raises(InvalidInput, match="f contains a null, which can only be sent in a JSON body"):
        outside_json("f", [Null.GIVEN], parameter(type="array"), as_text=False)


def test_dotted_fields_of_a_body_are_nested() -> None:
    assert nested({"a.b": 1, "a.c.d": 2, "e": 3, r"f\.g": 4}) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3, "f.g": 4}
    with pytest.raises(InvalidInput, match="a cannot be given together with a part of it"):
        nested({"a": 1, "a.b": 2})
