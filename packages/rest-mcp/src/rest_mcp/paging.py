"""How the lists of different APIs go on, under the one cursor that a caller knows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.response import Response

from rest_mcp.bridge import Paging
from rest_mcp.fields import at

Params = Mapping[str, Any]


def asked(paging: Paging, position: str | None, params: Params) -> dict[str, Any]:
    """The query of the page at `position`; `params` are the caller's own."""
    sized = {paging.size_parameter: paging.size} if paging.size else {}
    query = {**sized, **params}
    if position is None:
        return query
    if paging.kind == "link":
        return json.loads(position)
    return {**query, paging.sent_as: position}


def following(
    paging: Paging, answer: Response, items: Sequence[Any], position: str | None, params: Params
) -> str | None:
    """The position of the next page; None at the end.

    Args:
        items: this page's, as the API sent them.
        position: this page's own.

    Raises:
        UpstreamError: when the last item does not say where its list goes on.
    """
    if paging.kind == "link":
        query = answer.page("next")
        return None if query is None else json.dumps(query)
    if paging.kind == "cursor":
        return _written(at(answer.json, paging.next))
    count, size = len(items), _size(paging, params)
    if paging.kind == "last":
        return _last(paging, answer, items, position) if _more(paging, answer, count, 0, size) else None
    start = int(position) if position is not None else _first(paging)
    if not _more(paging, answer, count, start, size):
        return None
    return str(start + count if paging.kind == "offset" else start + 1)


def total(paging: Paging, answer: Response) -> int | None:
    """How many items there are in all, where the API says so."""
    found = at(answer.json, paging.total) if paging.total else None
    return found if isinstance(found, int) else None


def _last(paging: Paging, answer: Response, items: Sequence[Any], position: str | None) -> str:
    """What the last item says; the same as before would be the same page for ever."""
    found = _written(at(items[-1], paging.item))
    if found is None:
        raise UpstreamError(f"{answer.upstream} sent a last item without {paging.item}; this tool's bridge is wrong.")
    if found == position:
        raise UpstreamError(f"{answer.upstream} sent the same page again: it does not go by {paging.parameter}.")
    return found


def _written(found: Any) -> str | None:
    """A text or a number as it goes into a query."""
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) and found != "" else None


def _first(paging: Paging) -> int:
    return 0 if paging.kind == "offset" else paging.first


def _size(paging: Paging, params: Params) -> int | None:
    asked_for = params.get(paging.size_parameter)
    return asked_for if isinstance(asked_for, int) else paging.size


def _more(paging: Paging, answer: Response, count: int, start: int, size: int | None) -> bool:
    """An empty page is the end, whatever else is said: nothing is asked for ever."""
    if count == 0:
        return False
    if paging.more:
        return at(answer.json, paging.more) is True
    in_all = total(paging, answer) if paging.kind != "last" else None
    if in_all is not None and (paging.kind == "offset" or size is not None):
        before = start if paging.kind == "offset" else (start - paging.first) * (size or 0)
        return before + count < in_all
    return size is None or count >= size
