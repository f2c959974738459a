"""GitHub's own way of failing, from an answer's status, headers and `errors[]`; pure."""

import re
from collections.abc import Mapping
from typing import Any, cast

from mcp_chassis.failures import (
    AuthenticationFailed,
    Conflict,
    Effect,
    Failure,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RateLimited,
    UpstreamError,
)
from mcp_chassis.http.errors import failure_for_status
from mcp_chassis.http.response import Response
from mcp_chassis.http.retry_after import retry_after_seconds, seconds_until

SECONDARY_LIMIT_SECONDS = 60.0
"""GitHub asks for at least a minute after a secondary limit that names no time."""

_REASON_OF_CODE: Mapping[str, str] = {
    "missing": "does not exist",
    "missing_field": "is required",
    "invalid": "is not valid",
    "already_exists": "exists already",
    "unprocessable": "cannot be used",
    "too_large": "is too large",
}
_MAX_MESSAGE_CHARS = 200


class TooLarge(InvalidInput):
    """GitHub does not write a diff of this size in one piece (406)."""


def failure_for(answer: Response) -> Failure | None:
    """The failure an answer is, or None."""
    if answer.status < 400:
        return None
    return _limit(answer) or _BY_STATUS.get(answer.status, failure_for_status)(answer)


def _limit(answer: Response) -> Failure | None:
    if answer.status not in (403, 429):
        return None
    told = retry_after_seconds(answer.headers)
    if answer.headers.get("x-ratelimit-remaining") == "0" and told is None:
        reset = answer.headers.get("x-ratelimit-reset", "")
        wait = seconds_until(float(reset), answer.headers) if reset.isascii() and reset.isdigit() else None
        return _limited("GitHub's rate limit is used up.", wait or 1.0)
    message = _message(answer)
    if answer.status == 429 or told is not None or "secondary rate limit" in message or "abuse" in message:
        return _limited("GitHub asks this server to slow down (a secondary limit).", told or SECONDARY_LIMIT_SECONDS)
    return _limited("GitHub's rate limit is used up.", 60.0) if "rate limit exceeded" in message else None


def _limited(says: str, wait: float) -> RateLimited:
    remedy = f"Wait {max(1, round(wait))} s before the next call."
    return RateLimited(says, remedy=remedy, retry_after_seconds=wait, effect=Effect.REJECTED)


def _unauthorised(answer: Response) -> Failure:
    return AuthenticationFailed("GitHub refused this server's GITHUB_TOKEN, or wants one for this.")


def _forbidden(answer: Response) -> Failure:
    if sso := re.search(r"url=(\S+)", answer.headers.get("x-github-sso", "")):
        return PermissionDenied(
            "The organisation wants single sign-on for this server's GITHUB_TOKEN.",
            remedy="Ask its owner to open the address in details; do not retry.",
            details={"authorize_url": sso.group(1)},
        )
    if "archived" in _message(answer):
        return PermissionDenied("The repository is archived, so nothing in it can change.", remedy="Do not retry.")
    needed = answer.headers.get("x-accepted-github-permissions") or answer.headers.get("x-accepted-oauth-scopes")
    if needed and re.fullmatch(r"[\w=,;: -]{1,200}", needed):
        return PermissionDenied(
            f"This server's GITHUB_TOKEN may not do this; GitHub wants the permission {needed}.",
            remedy="Ask its owner to grant it; do not retry.",
            details={"needed": needed},
        )
    return PermissionDenied("GitHub does not allow this with this server's GITHUB_TOKEN.")


def _missing(answer: Response) -> Failure:
    return NotFound("GitHub finds nothing there: it is missing or hidden from this token.", remedy="Check the names.")


def _gone(answer: Response) -> Failure:
    return NotFound("GitHub says this is gone: deleted, or switched off in this repository.")


def _empty(answer: Response) -> Failure:
    if "empty" in _message(answer):
        return NotFound("The repository is empty.")
    return Conflict("GitHub says that this conflicts with how things are now.")


def _too_large(answer: Response) -> Failure:
    return TooLarge("GitHub does not write a diff this large in one piece.")


def _unprocessable(answer: Response) -> Failure:
    faults = [fault for fault in map(_fault, _errors(answer)) if fault]
    if not faults and "1000 search results" in _message(answer):
        faults = ["only the first 1,000 results of a search can be read; narrow the query"]
    return InvalidInput(f"GitHub cannot do this: {'; '.join(faults[:5]) or 'an argument is not valid'}.")


def _fault(error: Any) -> str:
    if not isinstance(error, dict):
        return _short(str(error))
    fault = cast("dict[str, Any]", error)
    field, code = str(fault.get("field") or fault.get("resource") or "the request"), str(fault.get("code") or "")
    if fault.get("message"):
        said = _short(str(fault["message"]))
        return said if field in said else f"{field}: {said}"
    return f"{_short(field)} {_REASON_OF_CODE.get(code, 'is not valid')}"


def _short(text: str) -> str:
    return " ".join(text.split())[:_MAX_MESSAGE_CHARS].rstrip(".")


def _body(answer: Response) -> dict[str, Any]:
    try:
        body = answer.json
    except UpstreamError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _message(answer: Response) -> str:
    return str(_body(answer).get("message", "")).lower()


def _errors(answer: Response) -> list[Any]:
    errors = _body(answer).get("errors")
    return cast("list[Any]", errors) if isinstance(errors, list) else []


_BY_STATUS: Mapping[int, Any] = {
    401: _unauthorised,
    403: _forbidden,
    404: _missing,
    406: _too_large,
    409: _empty,
    410: _gone,
    422: _unprocessable,
}
