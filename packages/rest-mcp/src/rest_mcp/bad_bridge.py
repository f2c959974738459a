"""Errors in a bridge file, one sentence each. They stop the start of the server, as invalid settings do."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from mcp_chassis.settings import BadSettings
from pydantic import ValidationError

MAX_PROBLEMS = 10
SUBJECT = re.compile(r"^(Value error, |(Input|String|List|Dictionary|Tuple) (?=should))")
MAX_NAME_CHARS = 80


class BadBridge(BadSettings):
    """The bridge file is invalid; `problems` has one sentence for each error."""

    def __init__(self, *problems: str) -> None:
        super().__init__([f"bridge: {problem}" for problem in problems])


def broken(error: ValidationError, raw: Mapping[str, Any]) -> BadBridge:
    """Convert a validation error to `BadBridge`: sentences name the place in the file and the rule, never a value."""
    entries = error.errors(include_url=False, include_context=False, include_input=False)
    sentences = dict.fromkeys(
        f"{_place(entry['loc'], raw, entry['type'])} {_rule(entry['type'], entry['msg'])}" for entry in entries
    )
    shown = list(sentences)[:MAX_PROBLEMS]
    more = [f"and {len(sentences) - MAX_PROBLEMS} more problems"] if len(sentences) > MAX_PROBLEMS else []
    return BadBridge(*shown, *more)


def _place(loc: Sequence[int | str], raw: Mapping[str, Any], kind: str) -> str:
    """Return the dotted place of an error, such as `tools.list_users.parameters.status`.

    List items are named by their `name` if they have one, else by their number from 1. Steps that the file does not
    contain are left out: pydantic adds the tag of a union's branch.
    """
    steps: list[str] = []
    value: Any = raw
    for step in loc:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            continue
        steps.append(_name_of(value) or str(step + 1) if isinstance(step, int) else str(step)[:MAX_NAME_CHARS])
    if kind == "missing":
        steps.append(str(loc[-1]))
    return ".".join(map(_printable, steps)) or "the file"


def _name_of(value: Any) -> str | None:
    name = cast("dict[str, Any]", value).get("name") if isinstance(value, dict) else None
    return name[:MAX_NAME_CHARS] if isinstance(name, str) else None


def _rule(kind: str, text: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a key of bridge files"
        case _:
            return SUBJECT.sub("", text).removesuffix(".")


def _printable(text: str) -> str:
    return text.encode("ascii", "replace").decode() if text.isprintable() else "?"
