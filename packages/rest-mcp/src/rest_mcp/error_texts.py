"""Error texts of an API: read from the fields that a bridge names, sanitised, shortened and quoted as data."""

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
NOT_QUOTED = {401, 407, 408, 429}
"""Statuses whose failures keep the core's own text, which names the credential's variable or the time to wait.

MCP_FLOW counts on it: their failures are not untrusted text.
"""


def failure_for(fields: Sequence[str]) -> Callable[[Response], Failure | None]:
    """Return a function that maps a 4xx response to the core's failure and adds the API's error text from `fields`."""

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
    """Return a sentence that quotes an API's error text."""
    return f'It says: "{said}"' if said.endswith((".", "!", "?")) else f'It says: "{said}".'


def words(answer: Response, fields: Sequence[str], *, or_whole: bool = False) -> str:
    """Return the error text of a response on one line of at most 300 characters; empty if no field has a text.

    Args:
        or_whole: if no field has a text, use the whole body: plain text, a list of texts, or lists of texts by field.
    """
    body = _body(answer)
    found = [text for field in fields for text in texts_at(body, field)]
    if or_whole and not found:
        found = texts_at(body, "") or _by_field(body, each_a_list=True)
    line = " ".join(sanitize(_joined(list(dict.fromkeys(found))))[0].replace('"', "'").split())
    return line if len(line) <= MAX_WORDS_CHARS else f"{line[: MAX_WORDS_CHARS - 1]}…"


def _joined(texts: list[str]) -> str:
    """Join texts by colons, or by semicolons if one of them contains a colon."""
    separator = "; " if any(": " in text for text in texts) else ": "
    return separator.join([text.rstrip(".") for text in texts[:-1]] + texts[-1:])


def _body(answer: Response) -> Any:
    """The body of a response as JSON or plain text; None for HTML and for a body that cannot be decoded."""
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
    """Return the texts at a dotted path, in every item of a list: `detail.msg` of `{"detail": [{"msg": ...}]}`.

    A number in the path selects one item of a list. If an item names the field that its error is about, the name is
    put before the text.

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
    """The texts of an object that maps field names to errors, as Django and Rails send them, each after its field."""
    if not isinstance(value, dict):
        return []
    fields = cast("dict[str, Any]", value)
    if each_a_list and not all(isinstance(each, list) for each in fields.values()):
        return []
    return [f"{name}: {text}" for name, each in fields.items() for text in texts_at(each, "")]


def _subject(item: Mapping[str, Any]) -> str:
    """The argument that an error in a list is about, as FastAPI, JSON:API and others state it; empty if unstated."""
    for path in SUBJECT_FIELDS:
        found = at(item, path)
        if isinstance(found, str) and found:
            return argument([found])
        if isinstance(found, list) and found:
            return argument([str(step) for step in cast("list[Any]", found)])
    return ""
