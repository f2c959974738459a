"""Conversion of an API's responses into results: objects, lists and texts, of reads and writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.response import InvalidResponse, Response

from rest_mcp.error_texts import words
from rest_mcp.fields import MISSING, Tree, at, exact, kept

MAX_TEXT_CHARS = 2_000
MAX_NAMED_FIELDS = 8


@dataclass(frozen=True)
class Items:
    """The items of one page, and warnings about an unexpected response."""

    found: list[Any]
    warnings: Sequence[str] = ()


def items_of(response: Response, path: str | None, error_fields: Sequence[str]) -> Items:
    """Return the list at `path` in a response, or the whole response if it is a list.

    Null and an empty body count as an empty list; so does an object without `path`, with a warning.

    Raises:
        UpstreamError: the value is not a list, or the response has an error text instead of the list.
    """
    whole: Any = response.exact_json if response.body else None
    value = _list_or_at(whole, path) if whole is not None else None
    if isinstance(value, list):
        return Items(cast("list[Any]", value))
    if value is None:
        return Items([])
    if value is MISSING and isinstance(whole, dict):
        _refuse_error(response, error_fields)
        fields = _field_names(cast("Mapping[str, Any]", whole))
        return Items([], [f"{response.upstream} answered without {path} (it has: {fields}); shown as an empty list."])
    raise _wrong_kind(response, whole if value is MISSING else value, f"a list{f' at {path}' if path else ''}")


def object_of(response: Response, path: str | None, tree: Tree, error_fields: Sequence[str]) -> dict[str, Any]:
    """Return the kept fields of the object at `path`. A value of another type becomes `{"answer": value}`, and so does
    a response that is a list.

    Raises:
        UpstreamError: there is no value, or the object has none of the kept fields.
    """
    if not response.body:
        return {"warnings": [f"{response.upstream} answered {response.status} without content."]}
    whole: Any = response.exact_json
    value = _list_or_at(whole, path)
    if isinstance(value, dict):
        found = kept(value, tree)
        if value and not found:
            _refuse_error(response, error_fields)
            raise UpstreamError(
                f"{response.upstream} answered without any of {', '.join(list(tree)[:MAX_NAMED_FIELDS])}, the fields "
                f"that this tool keeps; it has: {_field_names(cast('Mapping[str, Any]', value))}."
            )
        return exact(found)
    if isinstance(value, str | int | float):
        return {"answer": exact(value)}
    if isinstance(value, list):
        return {"answer": exact(kept(value, tree))}
    _refuse_error(response, error_fields)
    raise _wrong_kind(response, whole if value is MISSING else value, f"an object{f' at {path}' if path else ''}")


def _list_or_at(whole: Any, path: str | None) -> Any:
    """The value at `path`; the whole response if it is a list, which a path cannot lead into."""
    return cast("list[Any]", whole) if isinstance(whole, list) else at(whole, path)


def kept_items(items: Items, tree: Tree) -> Items:
    """Return the kept fields of each item. If fields are named, other items than objects are dropped with a warning."""
    if not tree:
        return Items(exact(items.found), items.warnings)
    objects = [cast("dict[str, Any]", item) for item in items.found if isinstance(item, dict)]
    odd = len(items.found) - len(objects)
    counted = [f"{odd} of {len(items.found)} items are not objects and were left out."] if odd else []
    return Items(exact(kept(objects, tree)), [*items.warnings, *counted])


def written(response: Response, path: str | None, tree: Tree, *, as_list: bool) -> dict[str, Any]:
    """Return the result of a successful write. It never raises: the write took effect, whatever the response contains.

    The result has the kept fields of an object; if there are none, `done` and the response as `answer`.

    Args:
        as_list: whether a list is expected, which is returned as `items`.
    """
    try:
        whole: Any = response.exact_json if response.body else None
    except InvalidResponse:
        return _done(response_text(response))
    value = _list_or_at(whole, path) if as_list else at(whole, path)
    if isinstance(value, list) and as_list:
        return {"items": exact(kept(value, tree))}
    if isinstance(value, dict) and not as_list:
        found = cast("dict[str, Any]", kept(value, tree))
        if any(each is not None for each in found.values()):
            return exact(found)
    return _done(exact(whole))


def response_text(response: Response) -> str:
    """The first 2,000 characters of a response; empty if it cannot be decoded as text."""
    try:
        return response.text[:MAX_TEXT_CHARS]
    except InvalidResponse:
        return ""


def _done(answer: Any) -> dict[str, Any]:
    return {"done": True, **({} if answer in (None, "", {}) else {"answer": answer})}


def _refuse_error(response: Response, error_fields: Sequence[str]) -> None:
    """Raise if a successful response contains an error text, as some APIs send errors with status 200.

    Raises:
        UpstreamError: one of the error fields has a text.
    """
    if said := words(response, error_fields):
        raise UpstreamError(f'{response.upstream} answered {response.status} with an error: "{said}"')


def _field_names(value: Mapping[str, Any]) -> str:
    names = list(value)
    more = f" and {len(names) - MAX_NAMED_FIELDS} more" if len(names) > MAX_NAMED_FIELDS else ""
    return f"{', '.join(name[:40] for name in names[:MAX_NAMED_FIELDS])}{more}" if names else "no fields"


def _wrong_kind(response: Response, value: Any, wanted: str) -> UpstreamError:
    kinds = {"dict": "an object", "list": "a list", "str": "a text", "bool": "true or false", "NoneType": "null"}
    sent = kinds.get(type(value).__name__, "a number")
    return UpstreamError(f"{response.upstream} answered {sent} where the bridge file expects {wanted}.")
