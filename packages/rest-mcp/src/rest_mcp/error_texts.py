"""Error texts of an API: the fields that a bridge names, cleaned, shortened and quoted as data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from mcp_chassis.failures import Failure
from mcp_chassis.http.errors import failure_for_status
from mcp_chassis.http.response import InvalidResponse, Response
from mcp_chassis.output.sanitize import sanitize

from rest_mcp.argument_names import argument
from rest_mcp.fields import at
from rest_mcp.names import path_of, steps_of

MAX_WORDS_CHARS = 300
SUBJECT_FIELDS = ("loc", "field", "param", "property", "path", "source.pointer", "source.parameter")
NOT_QUOTED = {401, 429}
"""Statuses whose failures the core words itself, with the variable or the time to wait."""


def failure_for(fields: Sequence[str]) -> Callable[[Response], Failure | None]:
    """The judge of an API's refusals: the core's failure for each status, with the API's own text in `fields`."""

    def judge(answer: Response) -> Failure | None:
        if not 400 <= answer.status < 500 or answer.status in NOT_QUOTED:
            return None
        said = words(answer, fields, or_whole=True)
        failure = failure_for_status(answer)
        if not said or failure is None:
            return None
        return type(failure)(f"{failure.message} {quoted(said)}", remedy="", effect=failure.effect)

    return judge


def quoted(said: str) -> str:
    """A sentence that quotes an API's own words."""
    return f'It says: "{said}"' if said.endswith((".", "!", "?")) else f'It says: "{said}".'


def words(answer: Response, fields: Sequence[str], *, or_whole: bool = False) -> str:
    """One line of at most 300 characters; empty where the answer has no text in any of the fields.

    Args:
        or_whole: where no field has a text, the whole answer counts: a plain text, a list of texts, or texts by field.
    """
    body = _body(answer)
    found = [text for field in fields for text in texts_at(body, field)]
    if or_whole and not found:
        found = texts_at(body, "") or _by_field(body, each_a_list=True)
    line = " ".join(sanitize(_joined(list(dict.fromkeys(found))))[0].replace('"', "'").split())
    return line if len(line) <= MAX_WORDS_CHARS else f"{line[: MAX_WORDS_CHARS - 1]}…"


def _joined(texts: list[str]) -> str:
    """The texts joined by colons; by semicolons where a text holds a colon itself."""
    separator = "; " if any(": " in text for text in texts) else ": "
    return separator.join([text.rstrip(".") for text in texts[:-1]] + texts[-1:])


def _body(answer: Response) -> Any:
    """The JSON of an answer, or its plain text; None for a web page and what cannot be read."""
    try:
        return answer.json
    except InvalidResponse:
        pass
    plain = answer.headers.get("content-type", "text/plain").lower().startswith("text/plain")
    try:
        return answer.text if plain and not answer.is_html else None
    except InvalidResponse:
        return None


def texts_at(value: Any, path: str, *, listed: bool = False) -> list[str]:
    """The texts at a dotted path, in each item of every list on the way: `detail.msg` of `{"detail": [{"msg": ...}]}`.

    A number in the path takes one item of a list. An item's text has the field that it is about before it.

    Args:
        listed: whether `value` is an item of a list.
    """
    if isinstance(value, list):
        items = cast("list[Any]", value)
        step, _, below = path.partition(".")
        if step.isdecimal():
            return texts_at(items[int(step)], below, listed=True) if int(step) < len(items) else []
        return [text for item in items for text in texts_at(item, path, listed=True)]
    if not path:
        return [value] if isinstance(value, str) else []
    first, *below = steps_of(path)
    if not isinstance(value, dict) or first not in value:
        return []
    fields = cast("dict[str, Any]", value)
    if not below and first == "errors" and isinstance(fields[first], dict):
        return _by_field(fields[first], each_a_list=False)
    found = texts_at(fields[first], ".".join(map(path_of, below)))
    about = _subject(fields) if listed and not below else ""
    return [f"{about}: {text}" for text in found] if about else found


def _by_field(value: Any, *, each_a_list: bool) -> list[str]:
    """The texts of an object that has them by the field they are about, as Django and Rails answer."""
    if not isinstance(value, dict):
        return []
    fields = cast("dict[str, Any]", value)
    if each_a_list and not all(isinstance(each, list) for each in fields.values()):
        return []
    return [f"{name}: {text}" for name, each in fields.items() for text in texts_at(each, "")]


def _subject(item: Mapping[str, Any]) -> str:
    """The argument that an error in a list is about, as FastAPI, JSON:API and others name it; empty for none."""
    for path in SUBJECT_FIELDS:
        found = at(item, path)
        if isinstance(found, str) and found:
            return argument([found])
        if isinstance(found, list) and found:
            return argument([str(step) for step in cast("list[Any]", found)])
    return ""
