"""Input schemas of tools, and the validation of arguments against them."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from itertools import chain
from typing import Any, cast

from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata, func_metadata
from pydantic import ValidationError

from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.absent_arguments import AbsentArguments
from mcp_chassis.pipeline.nested_fields import fields_at, named

JsonSchema = dict[str, Any]
SCHEMA_KEYS = {"type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const", "properties", "items"}
RULES: Mapping[str, str] = {
    "missing": "is required",
    "missing_argument": "is required",
    "model_type": "should be an object",
    "model_attributes_type": "should be an object",
    "dict_type": "should be an object",
    "union_tag_invalid": "is of an unknown kind; see the schema",
    "union_tag_not_found": "does not say of which kind it is; see the schema",
}
OF_ARRAYS: Mapping[str, str] = {"maxLength": "maxItems", "minLength": "minItems"}
AT_MOST_SHOWN = 3
MOST_EXPLAINED = 1_000
SUBJECT = re.compile(
    r"^(Value error, |Assertion failed, |(Input|String|List|Dictionary|Tuple|Set|Value) (?=should|must))"
)


class Arguments:
    """The input schema of one function, and the validation of a caller's arguments."""

    def __init__(self, function: Callable[..., Any], injected: tuple[str, ...]) -> None:
        self.metadata: FuncMetadata = func_metadata(function, skip_names=injected, structured_output=False)
        self.schema = pruned(self.metadata.arg_model.model_json_schema(by_alias=True))
        self.schema.setdefault("properties", {})
        self.schema["additionalProperties"] = False
        self._absent = AbsentArguments(function, self.schema)
        self._decodable = {name for name, prop in self.schema["properties"].items() if _takes_json(prop)}
        if loose := list(_loose_objects(self.schema)):
            raise TypeError(f"{function.__qualname__}: nested models must forbid extra fields: {', '.join(loose)}")

    @cached_property
    def model(self) -> type[ArgModelBase]:
        """The model that validates arguments; completed at the first call, as lists need only the schema."""
        model = self.metadata.arg_model
        model.model_config["extra"] = "forbid"
        model.model_rebuild(force=True)
        return model

    def check(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The validated arguments by name, defaults filled in.

        Raises:
            InvalidInput: naming each argument that is wrong, and its rule; never a value.
        """
        try:
            decoded = self._absent.removed_from(self._decoded(arguments))
            _check_representable(decoded)
            model = self.model.model_validate(decoded)
        except RecursionError:
            raise InvalidInput("The arguments are nested too deeply.") from None
        except ValidationError as exc:
            raise InvalidInput(explain(exc, self.schema)) from None
        return model.model_dump_one_level()

    def _decoded(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Decode lists and objects that hosts sent as JSON strings, for parameters whose type is not text."""
        decoded = dict(arguments)
        for name in self._decodable & decoded.keys():
            if isinstance(decoded[name], str):
                value = _json_or_none(decoded[name])
                decoded[name] = value if isinstance(value, dict | list) else decoded[name]
        return decoded


def explain(error: ValidationError, schema: JsonSchema) -> str:
    """The message for invalid arguments: the names of at most three, each with the rules that it breaks."""
    known = list(schema["properties"])
    if error.error_count() > MOST_EXPLAINED:  # listing hundreds of thousands would block the event loop
        return f"The arguments are invalid in more than {MOST_EXPLAINED} places; see the schema of this tool."
    rules: dict[str, list[str]] = {}
    entries = error.errors(include_url=False, include_context=False, include_input=False)
    for entry in sorted(entries, key=lambda entry: entry["type"] != "extra_forbidden"):
        unknown = entry["type"] == "extra_forbidden"
        name = _place(entry["loc"], known, unknown=unknown)
        rule = _unknown(entry["loc"], name, schema) if unknown else _rule(entry["type"], entry["msg"])
        if rule not in rules.setdefault(name, []):
            rules[name].append(rule)
    shown = [_said(name, texts[:AT_MOST_SHOWN]) for name, texts in rules.items()][:AT_MOST_SHOWN]
    more = f" (and {len(rules) - AT_MOST_SHOWN} more)" if len(rules) > AT_MOST_SHOWN else ""
    return f"{'; '.join(shown)}{more}."


def pruned(schema: JsonSchema) -> JsonSchema:
    """`schema` without titles and null branches, and with references resolved, which saves a fifth of its tokens."""
    definitions = cast("dict[str, JsonSchema]", schema.get("$defs", {}))
    return cast("JsonSchema", _prune({key: value for key, value in schema.items() if key != "$defs"}, definitions, ()))


def _prune(node: Any, definitions: Mapping[str, JsonSchema], within: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_prune(child, definitions, within) for child in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    schema = cast("JsonSchema", node)
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        if name in within:
            raise TypeError(f"{name} refers to itself, but a schema for hosts must be finite")
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        return _prune({**definitions[name], **siblings}, definitions, (*within, name))
    return _without_null({key: _child(key, value, definitions, within) for key, value in _untitled(schema).items()})


def _child(key: str, value: Any, definitions: Mapping[str, JsonSchema], within: tuple[str, ...]) -> Any:
    if key == "properties":
        properties = cast("dict[str, JsonSchema]", value)
        return {name: _prune(prop, definitions, within) for name, prop in properties.items()}
    return value if key in {"default", "const", "enum", "examples"} else _prune(value, definitions, within)


def _untitled(schema: JsonSchema) -> JsonSchema:
    noise = "title" in schema and isinstance(schema["title"], str) and SCHEMA_KEYS & schema.keys()
    return {key: value for key, value in schema.items() if key != "title"} if noise else schema


def _without_null(schema: JsonSchema) -> JsonSchema:
    branches = [branch for branch in schema.get("anyOf", []) if branch != {"type": "null"}]
    if "anyOf" in schema and len(branches) == 1:
        schema = {**branches[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
    elif "anyOf" in schema:
        schema = {**schema, "anyOf": branches}
    if "default" in schema and schema["default"] is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    if schema.get("type") == "array":  # pydantic gives an optional list the length keywords of a string
        schema = {OF_ARRAYS.get(key, key): value for key, value in schema.items()}
    return schema


def _takes_json(prop: JsonSchema) -> bool:
    kinds = {branch.get("type") for branch in prop.get("anyOf", prop.get("oneOf", [prop]))}
    return bool(kinds & {"array", "object"}) and "string" not in kinds


def _loose_objects(schema: Any, name: str = "arguments") -> Iterator[str]:
    """Yield the names of objects in a schema that allow additional properties."""
    if not isinstance(schema, dict):
        return
    node = cast("JsonSchema", schema)
    properties = cast("dict[str, Any]", node.get("properties", {}))
    if properties and node.get("additionalProperties") is not False:
        yield name
    for key, child in properties.items():
        yield from _loose_objects(child, key)
    for key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf"):
        below: Any = node.get(key)
        for child in cast("list[Any]", below) if isinstance(below, list) else [below]:
            yield from _loose_objects(child, name)


def _check_representable(arguments: Mapping[str, Any]) -> None:
    """Refuse values that JSON or text cannot represent. Runs after decoding: in JSON text, NUL is an escape."""
    faults = {_place((name,), [], unknown=True): fault for name, value in arguments.items() if (fault := _fault(value))}
    for fault in faults.values():
        names = sorted(name for name, other in faults.items() if other == fault)
        raise InvalidInput(f"{_listed(names[:AT_MOST_SHOWN])} contains {fault}")


def _fault(value: Any) -> str:
    """Description of the first part of `value` that JSON or text cannot represent; empty if there is none."""
    if isinstance(value, str):
        sound = "\0" not in value and (value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value))
        return "" if sound else "a NUL or half of a surrogate pair, which is not allowed in text."
    if isinstance(value, float):
        return "" if math.isfinite(value) else "NaN or an infinite number, which is not allowed in JSON."
    children: Iterable[Any] = ()
    if isinstance(value, dict):
        children = chain.from_iterable(cast("dict[Any, Any]", value).items())
    elif isinstance(value, list):
        children = cast("list[Any]", value)
    return next((fault for child in children if (fault := _fault(child))), "")


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _place(loc: tuple[int | str, ...], known: list[str], *, unknown: bool) -> str:
    """Path of an error, such as `labels[2].name`, without the names that pydantic gives the branches of a union."""
    if not loc:
        return "The arguments"
    path = str(loc[0]) if unknown or loc[0] in known else str(loc[0]).removeprefix("field_")
    for place, step in enumerate(loc[1:], 2):
        if isinstance(step, int):
            path += f"[{step}]"
        elif (unknown and place == len(loc)) or (step.isidentifier() and not _branch(step)):
            path += f".{step}"
    return path[:80].encode("ascii", "replace").decode()


def _branch(step: str) -> bool:
    """Whether a step of a path names a type: unlike parameters, classes of models begin with a capital."""
    return step[:1].isupper() or step in {"str", "int", "float", "bool", "list", "dict", "none"}


def _unknown(loc: tuple[int | str, ...], name: str, schema: JsonSchema) -> str:
    """The message for an unknown name: with the most similar known one; without one, or in an object, with all."""
    nested = len(loc) > 1
    known = fields_at(schema, _without_prefix(loc[:-1], schema))
    close = get_close_matches(str(loc[-1]) if nested else name, known, n=1)
    meant = f" (did you mean {close[0]}?)" if close else ""
    if nested:
        return f"is not a field known there{meant}{f'; it has {named(known)}' if known else ''}"
    return f"is not a parameter of this call{meant or (f'; it takes {_listed(known)}' if known else '')}"


def _without_prefix(loc: tuple[int | str, ...], schema: JsonSchema) -> tuple[int | str, ...]:
    """The path with the parameter's published name; pydantic's names of some have the prefix `field_`."""
    known = not loc or loc[0] in schema["properties"]
    return loc if known else (str(loc[0]).removeprefix("field_"), *loc[1:])


def _rule(kind: str, text: str) -> str:
    """Pydantic's message for a rule, without the caller's value or a class name."""
    return RULES.get(kind) or SUBJECT.sub("", text).replace(" after validation", "").removesuffix(".")


def _said(name: str, rules: list[str]) -> str:
    """Name and rules as text: `count should be a valid integer`. A rule that is a sentence follows a colon."""
    return f"{name}{':' if rules[0][:1].isupper() else ''} {' or '.join(rules)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names)
