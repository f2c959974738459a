"""Fields of results marked in their types (`text_marks`): their paths, and the visible form of their Markdown."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel

from mcp_chassis.results import Result
from mcp_chassis.text_marks import Markdown, Outside

AnyResult = TypeVar("AnyResult", bound=Result)


@dataclasses.dataclass(frozen=True)
class MarkedFields:
    """The marks of one class of results.

    Args:
        markdown: the mark of each field of Markdown; None for a field with Markdown in nested results.
        outside: paths of all texts that outsiders wrote, such as `comments[].body`, by their top-level field.
    """

    markdown: Mapping[str, Markdown | None]
    outside: Mapping[str, tuple[str, ...]]


@cache
def marked_fields(model: type[BaseModel]) -> MarkedFields:
    """The marked fields of a class of results."""
    markdown: dict[str, Markdown | None] = {}
    outside: dict[str, tuple[str, ...]] = {}
    for name, field in model.model_fields.items():
        parts = list(_parts(field.annotation, field.metadata))
        mark = next((part for part in parts if isinstance(part, Outside)), None)
        nested = [marked_fields(part) for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
        if isinstance(mark, Markdown):
            markdown[name] = mark
        elif any(each.markdown for each in nested):
            markdown[name] = None
        suffix = "[]" if any(part is list or part is tuple for part in parts) else ""
        below = [path for each in nested for paths in each.outside.values() for path in paths]
        if paths := [name] if mark else [f"{name}{suffix}.{path}" for path in below]:
            outside[field.alias or name] = tuple(paths)
    return MarkedFields(markdown, outside)


def visible_result(value: AnyResult) -> tuple[AnyResult, Counter[str]]:
    """A copy of a result with the visible form of its Markdown, and the number of parts left out by kind."""
    kinds: Counter[str] = Counter()
    return cast("AnyResult", _visible(value, None, kinds)), kinds


def _visible(value: Any, mark: Markdown | None, kinds: Counter[str]) -> Any:
    if isinstance(value, str) and mark:
        from mcp_chassis.output.markup.visible import visible_markdown

        shown = visible_markdown(value, mark.own_hosts)
        kinds.update(shown.kinds)
        return shown.text
    if isinstance(value, BaseModel):
        fields = marked_fields(type(value)).markdown
        before = {name: getattr(value, name) for name in fields}
        after = {name: _visible(each, fields[name], kinds) for name, each in before.items()}
        changed = {name: each for name, each in after.items() if each is not before[name]}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, list):
        return [_visible(item, mark, kinds) for item in cast("list[Any]", value)]
    return value


def _parts(annotation: Any, metadata: list[Any]) -> Iterator[Any]:
    """Yield the parts of a field's type: classes, containers and marks."""
    yield from metadata
    yield annotation
    if origin := getattr(annotation, "__origin__", None):
        yield origin
    for part in get_args(annotation):
        yield from _parts(part, [])
