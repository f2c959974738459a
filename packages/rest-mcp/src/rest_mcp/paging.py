"""Pagination of APIs: the query of a page and the position of the next one, for each kind a bridge file can name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.response import Response
from pydantic import Field, model_validator

from rest_mcp.fields import at
from rest_mcp.names import FieldPath, QueryName
from rest_mcp.parameters import Part

Params = Mapping[str, Any]
LINK_PREFIXES = ("http://", "https://", "/", "?")
TRUE_VALUES = (True, 1, "true", "True")


class Paging(Part):
    """Pagination of an API's lists.

    cursor: the field `next` contains the next cursor, or a URL with it. page and offset: a page number or an item
    offset; the list ends when `more` is false, `total` is reached or a page is not full. link: the header `Link` with
    rel="next". last: the next page is requested with the field `item` of this page's last item; the list ends as with
    page. none: this list has one page, even if the API's other lists are paginated. `always` sends the number of the
    first page or item too, for APIs that require it.
    """

    kind: Literal["cursor", "page", "offset", "link", "last", "none"]
    parameter: QueryName | None = None
    next: FieldPath | None = None
    item: FieldPath = "id"
    more: FieldPath | None = None
    total: FieldPath | None = None
    size: Annotated[int, Field(ge=1, le=1_000)] | None = None
    size_parameter: QueryName = "limit"
    first: Annotated[int, Field(ge=0, le=1)] = 1
    always: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "cursor" and self.next is None:
            raise ValueError("needs next, the field of the answer that holds the next cursor")
        if self.kind == "last" and self.parameter is None:
            raise ValueError("needs parameter, the query parameter that carries the last item's field")
        if self.always and self.kind not in {"page", "offset"}:
            raise ValueError("has always, which only the kinds page and offset have")
        return self

    @property
    def sent_as(self) -> str:
        """The query parameter that carries the position."""
        return self.parameter or self.kind


@dataclass(frozen=True)
class Continuation:
    """The position of the next page (None after the last), the total number of items, and warnings about both."""

    position: str | None = None
    total: int | None = None
    warnings: list[str] = field(default_factory=list[str])


def asked(paging: Paging, position: str | None, params: Params) -> dict[str, Any]:
    """Build the URL query of the page at `position`, with the caller's own `params`."""
    sized = {paging.size_parameter: paging.size} if paging.size else {}
    query = {**sized, **params}
    if position is None:
        return {**query, paging.sent_as: _first(paging)} if paging.always else query
    if paging.kind == "link" or position.startswith("{"):
        return {**query, **json.loads(position)}
    return {**query, paging.sent_as: position}


def following(
    paging: Paging, response: Response, items: Sequence[Any], position: str | None, params: Params
) -> Continuation:
    """Determine the position of the page after this one.

    Args:
        items: the page's items, as the API sent them.
        position: the page's own position.

    Raises:
        UpstreamError: the last item lacks the field that requests the next page, or the API ignored the position.
    """
    whole: Any = response.exact_json if response.body else None
    total = _total(paging, whole)
    match paging.kind:
        case "link":
            query = response.page("next")
            return Continuation(None if query is None else json.dumps(query), total)
        case "cursor":
            if isinstance(whole, list):
                return _of_bare_list(paging, response, len(items), _size(paging, params))
            return _by_cursor(paging, response, whole, position, total)
        case "last":
            more = _more(paging, whole, len(items), 0, _size(paging, params), None)
            return Continuation(_last(paging, response, items, position) if more else None, total)
        case _:
            start = int(position) if position is not None else _first(paging)
            if not _more(paging, whole, len(items), start, _size(paging, params), total):
                return Continuation(None, total)
            return Continuation(str(start + len(items) if paging.kind == "offset" else start + 1), total)


def _of_bare_list(paging: Paging, response: Response, count: int, size: int | None) -> Continuation:
    """The continuation of a response that is only a list: no next page, with a warning if the page is full."""
    full = size is not None and count >= size
    said = f"{response.upstream} answered a list without {paging.next}: whether there are more pages is not known."
    return Continuation(warnings=[said] if full else [])


def _by_cursor(paging: Paging, response: Response, whole: Any, position: str | None, total: int | None) -> Continuation:
    """The next cursor in the response. If it is a URL, the cursor in its query."""
    if paging.more and at(whole, paging.more) is False:
        return Continuation(None, total)
    found = at(whole, paging.next)
    cursor = _written(found)
    if cursor is not None and cursor.startswith(LINK_PREFIXES):
        cursor = _from_address(paging, cursor)
    if cursor is not None and cursor == position:
        said = f"{response.upstream} named this page as the next one: the list ends here, though there may be more."
        return Continuation(None, total, [said])
    odd = isinstance(found, dict | list) and found not in ({}, [])
    said = f"{paging.next} is an object or a list instead of a cursor: whether there are more pages is not known."
    return Continuation(cursor, total, [said] if odd else [])


def _from_address(paging: Paging, address: str) -> str:
    """The cursor in the query of a URL; the whole query as JSON if it lacks the cursor's parameter."""
    query = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
    if cursor := query.get(paging.sent_as):  # an empty one would ask for the first page again
        return cursor
    return json.dumps(query) if query else address


def _total(paging: Paging, whole: Any) -> int | None:
    """The total number of items; None if the API does not send it."""
    found = at(whole, paging.total) if paging.total else None
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) <= 15:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _last(paging: Paging, response: Response, items: Sequence[Any], position: str | None) -> str:
    """The position after the last item; the same as before would be the same page for ever."""
    found = _written(at(items[-1], paging.item))
    if found is None:
        raise UpstreamError(
            f"{response.upstream} sent a last item without {paging.item}, which requests the next page; set item under "
            "page in the bridge file to a field that it has."
        )
    if found == position:
        raise UpstreamError(
            f"{response.upstream} sent the same page again: it ignores {paging.parameter}. Correct page in the file."
        )
    return found


def _written(found: Any) -> str | None:
    """A text or an integer as text for a query; None for other values and the empty text."""
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) and found != "" else None


def _first(paging: Paging) -> int:
    return 0 if paging.kind == "offset" else paging.first


def _size(paging: Paging, params: Params) -> int | None:
    asked_for = params.get(paging.size_parameter)
    return asked_for if isinstance(asked_for, int) else paging.size


def _more(paging: Paging, whole: Any, count: int, start: int, size: int | None, total: int | None) -> bool:
    """Whether there is a next page. An empty page is the last one, even if the API announces more."""
    if count == 0:
        return False
    if paging.more:
        return at(whole, paging.more) in TRUE_VALUES
    if total is not None and (paging.kind == "offset" or size is not None):
        before = start if paging.kind == "offset" else (start - paging.first) * (size or 0)
        return before + count < total
    return size is None or count >= size
