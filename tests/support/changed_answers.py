"""Upstream answers with one field removed, null or of another type, and what a tool may make of each.

`changes` takes an answer that is as the upstream documents it. `faults` serves each change, calls the tool, and gives
one line for each result that breaks a rule:

- INTERNAL_ERROR is never the result.
- A value of another type never reaches the model, and neither does "None".
- Where a value of another type changes a successful result, the result has a warning.
- A change inside of one item of a list costs at most that item.
"""

import copy
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from mcp_types import CallToolResult, TextContent

How = Literal["removed", "null", "other"]
Path = tuple[str | int, ...]

ODD_TEXT = "odd-value-9f3c"
ODD_OBJECT = {"odd-key-9f3c": ODD_TEXT}
MARK = re.compile("9f3c")
NONE = re.compile(r"\bNone\b")
WHOLE: dict[str, Any] = {"null": None, "list": [], "object": {}, "text": ODD_TEXT, "number": 7, "true": True}


@dataclass(frozen=True)
class Change:
    """One change of an answer; an empty path is the answer as a whole."""

    path: Path
    how: How
    answer: Any

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or '(whole)'} {self.how}"


@dataclass(frozen=True)
class Faults:
    """The number of changes tried, and a line for each that broke a rule."""

    trials: int
    lines: list[str]


def changes(answer: Any, *, depth: int = 8, skip: Callable[[Path], bool] = lambda path: False) -> Iterator[Change]:
    """Each field of the answer removed, null and of another type; of lists the first item, which stays in its list.

    Args:
        skip: paths that no tool could read, such as addresses of other resources, to save time.
    """
    for kind, whole in WHOLE.items():
        if type(whole) is not type(answer):
            yield Change((), "null" if kind == "null" else "other", whole)
    for path in _paths(answer, (), depth):
        if skip(path):
            continue
        for how in ("removed", "null", "other"):
            if how != "removed" or isinstance(path[-1], str):
                yield Change(path, how, _changed(answer, path, how))


async def faults(
    answer: Any,
    serve: Callable[[Any], None],
    call: Callable[[], Awaitable[CallToolResult]],
    *,
    items: str | None = None,
    skip: Callable[[Path], bool] = lambda path: False,
) -> Faults:
    """Serve each change of `answer`, call the tool, and judge its result.

    Args:
        serve: takes the answer that the upstream gives from now on.
        call: calls the tool.
        items: the list of the result whose items are counted, such as "items".
    """
    serve(answer)
    base = _body(await call())
    if "error" in base:
        return Faults(1, [f"the answer as documented fails: {base['error']}"])
    lines: list[str] = []
    trials = 0
    for change in changes(answer, skip=skip):
        serve(copy.deepcopy(change.answer))
        result = await call()
        trials += 1
        if fault := _fault(change, base, _body(result), items):
            lines.append(f"{change}: {fault}")
    serve(answer)
    return Faults(trials, lines)


def _fault(change: Change, base: dict[str, Any], body: dict[str, Any], items: str | None) -> str:
    error = body.get("error")
    if error is not None:
        return "INTERNAL_ERROR" if error["code"] == "INTERNAL_ERROR" else ""
    shown = json.dumps(body, ensure_ascii=False)
    if MARK.search(shown):
        return "a value of another type reaches the model"
    if NONE.search(shown) and not NONE.search(json.dumps(base, ensure_ascii=False)):
        return "None reaches the model"
    known = {key: value for key, value in body.items() if key != "warnings"}
    warned = len(body.get("warnings", ())) > len(base.get("warnings", ()))
    if change.how == "other" and not warned and known != {key: base[key] for key in base if key != "warnings"}:
        return f"the result is another one without a warning: {shown[:200]}"
    inside_of_item = any(isinstance(step, int) for step in change.path)
    if items and inside_of_item and len(body.get(items, ())) < len(base[items]) - 1:
        return f"{len(base[items])} items became {len(body.get(items, ()))}"
    return ""


def _body(result: CallToolResult) -> dict[str, Any]:
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    try:
        body = json.loads(text)
    except ValueError:
        warnings = re.findall(r"^\[(.*left out.*)\]$", text, re.MULTILINE)
        return {"text": re.sub(r"^\[.*left out.*\]\n?", "", text, flags=re.MULTILINE).rstrip(), "warnings": warnings}
    return body if isinstance(body, dict) else {"text": text}


def _paths(value: Any, path: Path, depth: int) -> Iterator[Path]:
    if len(path) >= depth:
        return
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list) and value:
        children = [(0, value[0])]
    for key, child in children:
        yield (*path, key)
        yield from _paths(child, (*path, key), depth)


def _changed(answer: Any, path: Path, how: How) -> Any:
    changed = copy.deepcopy(answer)
    parent = changed
    for step in path[:-1]:
        parent = parent[step]
    if how == "removed":
        del parent[path[-1]]
    elif how == "null":
        parent[path[-1]] = None
    else:
        parent[path[-1]] = ODD_TEXT if isinstance(parent[path[-1]], dict | list) else dict(ODD_OBJECT)
    return changed
