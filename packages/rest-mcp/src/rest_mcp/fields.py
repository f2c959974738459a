"""What is kept of an API's answer: the fields a bridge names, and the models that carry them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.response import InvalidResponse, Response
from mcp_chassis.results import Page, Result
from pydantic import ConfigDict, Field, create_model

Tree = Mapping[str, "Tree"]
MISSING = object()
MAX_WORDS_CHARS = 2_000
MAX_EXACT = 2**53 - 1  # the largest number that every JSON reader keeps exactly


def _untitled(schema: dict[str, Any]) -> None:
    """A field of any type would have nothing in its schema but its own name again."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


class Kept(Result):
    """An object of the API: the named fields, or all there are."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_untitled)


def tree_of(paths: Sequence[str]) -> Tree:
    """Dotted paths as nested names; an empty tree keeps everything."""
    tree: dict[str, Any] = {}
    for path in paths:
        below = tree
        for step in path.split("."):
            below = below.setdefault(step, {})
    return tree


def kept(value: Any, tree: Tree) -> Any:
    """The named parts of `value`; of each item where it is a list."""
    if not tree:
        return value
    if isinstance(value, list):
        return [kept(item, tree) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: kept(fields[name], below) for name, below in tree.items() if name in fields}
    return value


def at(value: Any, path: str | None) -> Any:
    """What stands at a dotted path; `MISSING` where nothing does."""
    for step in path.split(".") if path else ():
        if not isinstance(value, dict) or step not in value:
            return MISSING
        value = cast("dict[str, Any]", value)[step]
    return value


def texts_at(value: Any, path: str) -> list[str]:
    """The texts at a dotted path, in each item of every list on the way: `detail.msg` of `{"detail": [{"msg": ...}]}`.

    A number in the path takes one item of a list.
    """
    if isinstance(value, list):
        items = cast("list[Any]", value)
        step, _, below = path.partition(".")
        if step.isdecimal():
            return texts_at(items[int(step)], below) if int(step) < len(items) else []
        return [text for item in items for text in texts_at(item, path)]
    if not path:
        return [value] if isinstance(value, str) else []
    step, _, below = path.partition(".")
    return texts_at(value[step], below) if isinstance(value, dict) and step in value else []


def exact(value: Any) -> Any:
    """The value with each whole number beyond 2^53 as its digits: hosts in JavaScript would round it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -MAX_EXACT <= value <= MAX_EXACT else str(value)
    if isinstance(value, list):
        return [exact(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: exact(each) for name, each in cast("dict[str, Any]", value).items()}
    return value


def object_model(name: str, keep: Sequence[str]) -> type[Kept]:
    """The model of one object: its schema names the kept fields, whose types are the API's affair."""
    fields: dict[str, Any] = {
        f"kept_{place}": (Any, Field(default=None, alias=field)) for place, field in enumerate(tree_of(keep))
    }
    return create_model(_title(name), __base__=Kept, **fields)


def page_model(name: str, keep: Sequence[str]) -> type[Page]:
    """The model of a list that goes on."""
    items: Any = list[object_model(f"{name}_item", keep)] if keep else list[Any]
    fields: dict[str, Any] = {"items": (items, ...), "total": (int | None, None)}
    return create_model(_title(name), __base__=Page, **fields)


def inside(answer: Response, path: str | None) -> Any:
    """The part of an answer that a bridge names as its result.

    Raises:
        UpstreamError: where the answer has no such part.
    """
    value = at(answer.json, path)
    if value is MISSING:
        raise UpstreamError(f"{answer.upstream} answered without {path}, which this tool reads; its bridge is wrong.")
    return value


def items_of(answer: Response, path: str | None) -> list[Any]:
    """The list that an answer holds.

    Raises:
        UpstreamError: where it holds none.
    """
    value = inside(answer, path)
    if not isinstance(value, list):
        raise _another(answer, "a list")
    return cast("list[Any]", value)


def fields_of(answer: Response, path: str | None, tree: Tree) -> dict[str, Any]:
    """The object that an answer holds, with what is kept of it; an answer without a body says that it is done.

    Raises:
        UpstreamError: where it holds something else.
    """
    value = inside(answer, path) if answer.json is not None else {"done": True}
    if not isinstance(value, dict):
        raise _another(answer, "an object")
    return kept(value, tree) if answer.json is not None else cast("dict[str, Any]", value)


def written(answer: Response, path: str | None) -> dict[str, Any] | None:
    """The result of a write whose success holds no object: `done`, and what the API says; None where it holds one.

    A write that was answered with success has happened, whatever stands in the answer.
    """
    try:
        value: Any = at(answer.json, path) if answer.body else None
    except InvalidResponse:
        value = _words(answer)
    if isinstance(value, dict):
        return None
    said = None if value is MISSING else exact(value)
    return {"done": True, **({} if said in (None, "") else {"answer": said})}


def _words(answer: Response) -> str:
    """The text of an answer that is no JSON, at most 2,000 characters; empty where it is no text."""
    try:
        return answer.text[:MAX_WORDS_CHARS]
    except InvalidResponse:
        return ""


def _another(answer: Response, wanted: str) -> UpstreamError:
    return UpstreamError(f"{answer.upstream} answered with something other than {wanted}; its bridge is wrong.")


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
