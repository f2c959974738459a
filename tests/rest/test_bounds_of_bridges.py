"""Bounds of the words of a bridge file: the last value that is taken, and the first that is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import Bridge
from rest_mcp.bridge_file import MAX_FILE_BYTES, bridge_of, read
from rest_mcp.parameters import Parameter

FOLDER = Path()
Tables = dict[str, Any]


def bridge(tool: Tables | None = None, api: Tables | None = None, **more: Any) -> Tables:
    described = {"name": "get_thing", "description": "Get a thing.", "request": "GET /things", **(tool or {})}
    return {"instructions": "Things.", "apis": {"api": api or {}}, "tools": [described], **more}


def parameter(**said: Any) -> Tables:
    return bridge({"parameters": {"a": said}})


def many(count: int) -> list[str]:
    return [f"f{number}" for number in range(count)]


def nested(depth: int) -> Tables:
    return {"type": "array", "items": nested(depth - 1)} if depth > 1 else {"type": "string"}


def resource(uri: str) -> Tables:
    return {"uri": uri, "name": "things", "description": "Things.", "request": "GET /things"}


def page(**said: Any) -> Tables:
    return bridge({"answer": "list", "page": {"kind": "page", **said}})


def batch(**said: Any) -> Tables:
    gathered = {"request": "GET /things", "parameter": "id", "field": "ids", "key": "id", **said}
    needed = {"parameters": {"id": {"required": True}}, "keep": ["id"], "batch": gathered}
    return bridge({"request": "GET /things/{id}", **needed})


BOUNDS: dict[str, tuple[Callable[[Any], Tables], Any, Any]] = {
    "name": (lambda size: bridge({"name": "a" * size}), 64, 65),
    "parameter name": (lambda size: bridge({"parameters": {"a" * size: {}}}), 64, 65),
    "variable": (lambda size: bridge(api={"base_url": "A" * size}), 64, 65),
    "header name": (lambda size: bridge(api={"headers": {"X" * size: "a"}}), 64, 65),
    "description": (lambda size: bridge({"description": "a" * size}), 300, 301),
    "shortest description": (lambda size: bridge({"description": "a" * size}), 1, 0),
    "field path": (lambda size: bridge({"keep": ["a" * size]}), 200, 201),
    "request": (lambda size: bridge({"request": "GET /" + "a" * (size - 5)}), 500, 501),
    "query name": (lambda size: bridge({"query": {"a" * size: 1}}), 100, 101),
    "shortest query name": (lambda size: bridge({"query": {"a" * size: 1}}), 1, 0),
    "body name": (lambda size: bridge({"request": "POST /x", "body": {"a" * size: 1}}), 100, 101),
    "content type": (lambda size: bridge({"content_type": "text/" + "a" * (size - 5)}), 100, 101),
    "accept": (lambda size: bridge({"accept": "text/" + "a" * (size - 5)}), 100, 101),
    "keep": (lambda count: bridge({"keep": many(count)}), 60, 61),
    "optional": (lambda count: bridge({"keep": many(60), "optional": ["f1"] * count}), 60, 61),
    "longest deadline": (lambda seconds: bridge({"deadline": seconds}), 600, 600.1),
    "shortest deadline": (lambda seconds: bridge({"deadline": seconds}), 1, 0.9),
    "longest time": (lambda seconds: bridge(api={"timeouts": {"read": seconds}}), 600, 601),
    "shortest time": (lambda seconds: bridge(api={"timeouts": {"read": seconds}}), 0.05, 0.04),
    "most failures": (lambda count: bridge(api={"breaker": {"failures": count}}), 10_000, 10_001),
    "fewest failures": (lambda count: bridge(api={"breaker": {"failures": count}}), 1, 0),
    "document": (lambda size: bridge(api={"document": "a" * size}), 500, 501),
    "auth": (lambda count: bridge(api={"auth": [{"query": f"q{n}"} for n in range(count)]}), 4, 5),
    "prefix": (lambda size: bridge(api={"auth": {"prefix": "a" * size}}), 40, 41),
    "headers": (lambda count: bridge(api={"headers": {f"X-{n}": "a" for n in range(count)}}), 20, 21),
    "highest rate": (lambda rate: bridge(api={"rate": rate}), 10_000, 10_001),
    "lowest rate": (lambda rate: bridge(api={"rate": rate}), 0.01, 0),
    "most attempts": (lambda count: bridge(api={"attempts": count}), 10, 11),
    "fewest attempts": (lambda count: bridge(api={"attempts": count}), 1, 0),
    "error fields": (lambda count: bridge(api={"error_fields": many(count)}), 20, 21),
    "instructions": (lambda size: bridge(instructions="a" * size), 2_000, 2_001),
    "shortest instructions": (lambda size: bridge(instructions="a" * size), 1, 0),
    "apis": (lambda count: bridge({"api": "f0"}, apis={name: {} for name in many(count)}), 10, 11),
    "no api": (lambda count: bridge(apis={name: {} for name in many(count)}), 1, 0),
    "resources": (lambda count: bridge(resources=[resource(f"x://{n}") for n in range(count)]), 20, 21),
    "uri": (lambda size: bridge(resources=[resource("x://" + "a" * (size - 4))]), 300, 301),
    "choice": (lambda count: parameter(enum=many(count)), 50, 51),
    "least length": (lambda size: parameter(min_length=size), 0, -1),
    "shortest text": (lambda size: parameter(max_length=size), 1, 0),
    "longest text": (lambda size: parameter(max_length=size), 100_000, 100_001),
    "pattern": (lambda size: parameter(pattern="a" * size), 300, 301),
    "fewest items": (lambda count: parameter(type="array", min_items=count), 0, -1),
    "shortest list": (lambda count: parameter(type="array", max_items=count), 1, 0),
    "longest list": (lambda count: parameter(type="array", max_items=count), 1_000, 1_001),
    "depth": (lambda depth: bridge({"parameters": {"a": {**nested(depth), "style": "json"}}}), 3, 4),
    "numbers": (lambda least: parameter(type="integer", minimum=least, maximum=5), 5, 6),
    "lengths": (lambda least: parameter(min_length=least, max_length=5), 5, 6),
    "items": (lambda least: parameter(type="array", min_items=least, max_items=5), 5, 6),
    "largest page": (lambda size: page(size=size), 1_000, 1_001),
    "smallest page": (lambda size: page(size=size), 1, 0),
    "first page": (lambda first: page(first=first), 0, -1),
    "second page": (lambda first: page(first=first), 1, 2),
    "largest batch": (lambda count: batch(most=count), 200, 201),
    "smallest batch": (lambda count: batch(most=count), 2, 1),
    "shapes": (lambda count: bridge({"parameters": {"a": {}}, "shapes": [{"required": ["a"]}] * count}), 20, 21),
    "shape": (lambda count: bridge({"parameters": {"a": {}}, "shapes": [{"required": ["a"] * count}]}), 100, 101),
}


def is_taken(tables: Tables) -> bool:
    try:
        return isinstance(bridge_of(tables, FOLDER), Bridge)
    except BadBridge:
        return False


@pytest.mark.parametrize(
    ("given", "value"), [({"type": "array"}, ["a"]), ({"type": "object", "values": {"type": "string"}}, {"a": "b"})]
)
def test_a_list_or_a_map_without_a_bound_takes_fifty_values(given: dict[str, Any], value: Any) -> None:
    adapter = TypeAdapter[Any](Parameter(**given).annotation("a"))
    many = {str(number): "b" for number in range(50)} if isinstance(value, dict) else ["a"] * 50
    assert adapter.validate_python(many) == many
    more = {**many, "more": "b"} if isinstance(many, dict) else [*many, "a"]
    with pytest.raises(ValidationError):
        adapter.validate_python(more)


def test_the_last_value_within_a_bound_is_taken_and_the_next_one_refused() -> None:
    assert [word for word, (tables, last, _) in BOUNDS.items() if not is_taken(tables(last))] == []
    assert [word for word, (tables, _, beyond) in BOUNDS.items() if is_taken(tables(beyond))] == []


RULES: list[tuple[Tables, bool]] = [
    (bridge({"content_type": "application/vnd.a-b+json"}), True),
    (bridge({"content_type": "json"}), False),
    (bridge({"request": "GET /a/"}), True),
    (bridge({"request": "GET /"}), True),
    (bridge({"request": "GET //a"}), False),
    (bridge({"request": "GET a/b"}), False),
    (bridge({"request": "GET /./a"}), False),
    (bridge({"request": "GET /a%20b"}), True),
    (bridge({"request": "GET /a%2Fb"}), False),
    (bridge({"request": "GET /a%5Cb"}), False),
    (bridge({"request": "GET /a%25b"}), False),
    (bridge({"request": "GET /a%00b"}), False),
    (bridge({"request": "GET /a%2"}), False),
    *((bridge({"request": f"{method} /a"}), True) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
    (bridge({"request": "HEAD /a"}), False),
    (bridge({"name": "class"}), False),
    (bridge({"name": "a_1"}), True),
    (bridge({"name": "1_a"}), False),
    (bridge({"name": "a__b"}), False),
    *((bridge({"parameters": {name: {}}}), False) for name in ("cursor", "idempotency_key", "apis", "ctx", "class")),
    *((bridge(api={"base_url": name}), False) for name in ("MCP_URL", "REST_URL", "TOOLROLL_URL", "url", "1URL")),
    (bridge(api={"base_url": "MY_URL_2"}), True),
    (bridge({"keep": ["a.b", "@type", "a b", r"a\.b"]}), True),
    *((bridge({"keep": [path]}), False) for path in ("a..b", ".a", " a", "a\u200b", 'a"b', "")),
    (bridge(api={"auth": [{}, {"query": "key"}]}), True),
    (bridge(api={"auth": {"header": "X-Key", "basic": True}}), True),
    (bridge(api={"auth": {"header": "X-Key", "query": "key"}}), False),
    (bridge(api={"auth": {"query": "key", "cookie": "key"}}), False),
    (bridge(api={"auth": {"query": "key", "basic": True}}), False),
    (bridge(api={"auth": {"query": "a key"}}), False),
    (bridge({"parameters": {"a": {"type": "object"}}, "request": "POST /a"}), False),
    (bridge({"parameters": {"a": {"properties": {"b": {}}}}, "request": "POST /a"}), False),
    (bridge({"parameters": {"a": {"items": {}}}}), False),
    (bridge({"parameters": {"a": {"enum": [1], "type": "integer"}}}), True),
    (bridge({"parameters": {"a": {"enum": [1, 1.5], "type": "number"}}}), True),
    (bridge({"parameters": {"a": {"enum": [1.5], "type": "integer"}}}), False),
    (bridge({"parameters": {"a": {"enum": [True], "type": "integer"}}}), False),
    (bridge({"parameters": {"a": {"enum": ["b"], "default": "c", "hidden": True}}}), True),
    (bridge({"parameters": {"a": {"enum": ["b"], "default": "c"}}}), False),
    (bridge(resources=[resource("x://y")] * 2), False),
    (bridge(resources=[resource("x y")]), False),
    (bridge(resources=[{**resource("x://y"), "request": "POST /y"}]), False),
    (bridge({"keep": ["a"], "optional": ["b"]}), False),
    (bridge({"body": {"a": 1}}), False),
    (bridge({"request": "POST /a", "body": {"b": 1}, "parameters": {"b": {}}}), False),
    (bridge({"query": {"b": 1}, "parameters": {"c": {"field": "b"}}}), False),
    (bridge({"request": "POST /a", "query": {"b": 1}, "parameters": {"b": {}}}), True),
    (bridge({"read_only": True, "destructive": True}), False),
    (bridge({"read_only": False, "destructive": True}), True),
    (bridge({"shapes": [{"required": ["a"]}]}), False),
    (bridge({"parameters": {"a": {}}, "shapes": [{"optional": ["a"]}]}), True),
    (bridge({"api": "other"}), False),
    (bridge(apis={"a": {}, "b": {}}), False),
    (bridge({"api": "a"}, apis={"a": {}, "b": {}}), True),
    (page(always=True), True),
    (page(kind="offset", always=True), True),
    (page(kind="link", always=True), False),
    (page(kind="cursor"), False),
    (page(kind="last"), False),
    (page(kind="last", parameter="after"), True),
]


def test_each_rule_of_bridge_files_is_kept() -> None:
    assert [tables for tables, taken in RULES if is_taken(tables) is not taken] == []


def test_a_file_of_one_mebibyte_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    text = 'instructions = "Things."\n[apis.a]\n[[tools]]\nname = "x"\ndescription = "X."\nrequest = "GET /x"\n#'
    assert MAX_FILE_BYTES == 1_048_576
    (tmp_path / "bridge.toml").write_text(text + "a" * (MAX_FILE_BYTES - len(text)))
    assert read(tmp_path / "bridge.toml").tools
    (tmp_path / "bridge.toml").write_text(text + "a" * (MAX_FILE_BYTES - len(text) + 1))
    with pytest.raises(BadBridge, match="larger than 1 MiB"):
        read(tmp_path / "bridge.toml")


COUNTS = [1, 10, 11, 13]


def test_at_most_ten_problems_are_listed_and_the_others_counted() -> None:
    for wrong in COUNTS:
        with pytest.raises(BadBridge) as refused:
            bridge_of(bridge({f"odd_{number}": 1 for number in range(wrong)}), FOLDER)
        told = [f"bridge: tools.get_thing.odd_{n} is not a key of bridge files" for n in range(min(wrong, 10))]
        assert refused.value.problems == [*told, *([f"bridge: and {wrong - 10} more problems"] if wrong > 10 else [])]


BROKEN: list[tuple[Tables, str]] = [
    (bridge({"name": 5}), "tools.1.name should be a valid string"),
    (bridge({"keep": ["a", ""]}), r"tools\.get_thing\.keep\.2 must be field names joined by dots, such as .*"),
    (bridge({"parameters": {"a": {"type": "x"}}}), r"tools\.get_thing\.parameters\.a\.type should be 'string', .*"),
    (bridge({"x" * 100: 1}), rf"tools\.get_thing\.{'x' * 80} is not a key of bridge files"),
    (bridge({"é\n": 1}), r"tools\.get_thing\.\? is not a key of bridge files"),
    (bridge({"é": 1}), r"tools\.get_thing\.\? is not a key of bridge files"),
    ({"apis": {}, "tools": []}, r"instructions is missing"),
    (bridge(apis={}), r"apis should have at least 1 item .*"),
    (bridge(tools=[]), r"the file offers no tool: write one under \[\[tools\]\]"),
    (bridge(tools=[{"request": "GET /x"}]), r"tools\.1\.name is missing"),
    (bridge(tools=5), r"tools should be a valid tuple"),
]


def test_an_invalid_value_is_reported_with_its_place_in_the_file() -> None:
    for tables, problem in BROKEN:
        with pytest.raises(BadBridge) as refused:
            bridge_of(tables, FOLDER)
        assert re.fullmatch(f"bridge: {problem}", refused.value.problems[0]), (problem, refused.value.problems)


def test_invalid_toml_is_reported_with_line_and_column(tmp_path: Path) -> None:
    for text, place in ((b"a = 1\nb = = 2\n", r" \(at line 2, column 5\)"), (b"\xff", "")):
        (tmp_path / "bridge.toml").write_bytes(text)
        with pytest.raises(BadBridge) as refused:
            read(tmp_path / "bridge.toml")
        problems = refused.value.problems
        assert re.fullmatch(f"bridge: the file is not valid TOML{place}", problems[0]), problems
