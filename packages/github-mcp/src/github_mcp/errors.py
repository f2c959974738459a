"""GitHub's failures, from a response's status, headers, `message` and `errors[]`; pure.

A reason that GitHub gives is passed on: in words of this server where it is a known one, else quoted. A permission is
named only where GitHub says that one is missing.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

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
from mcp_chassis.http.response import InvalidResponse, Response
from mcp_chassis.http.retry_after import retry_after_seconds, seconds_until

from github_mcp.field_errors import faults_in, shortened
from github_mcp.known_reasons import NO_RETRY, REASONS, EmptyRepository
from github_mcp.records.errors import ErrorRecord, error_record

SECONDARY_LIMIT_SECONDS = 60.0
"""GitHub asks for at least a minute after a secondary limit that names no time."""

ADDRESS_HINT = "Where this happens always, GITHUB_API_URL is wrong: an Enterprise Server's ends in /api/v3."


_REPOSITORY_PATH = re.compile(r"/(?:repositories/\d+|repos/[\w.%-]+/[\w.%-]+)(?=/|$)")


class Moved(InvalidResponse):
    """GitHub redirects to another address of its own.

    `path` is that address without host and query, `repository` its part that names a repository. Only to such a one
    GitHub documents redirects, and has done nothing; after any other the outcome of a write is not known.
    """

    def __init__(self, location: str) -> None:
        text = "GitHub redirects this request to another address, which is none of a repository."
        super().__init__(f"{text} {ADDRESS_HINT}")
        self.path = urlsplit(location).path
        found = _REPOSITORY_PATH.search(self.path)
        self.repository = found.group() if found else None
        if found:
            self.effect = Effect.SETTLED


class Transferred(Conflict):
    """An issue is in another repository now, or has another number."""

    def __init__(self, asked: str, asked_number: int, repository: str, number: int) -> None:
        super().__init__(
            f"{asked}#{asked_number} was transferred: it is {repository}#{number} now. Nothing was changed.",
            remedy="If that one is meant, call again with its owner, repo and number.",
            details={"repository": repository, "number": number},
        )
        self.repository = repository
        self.number = number


class TooLarge(InvalidInput):
    """GitHub does not write a diff of this size in one piece (406)."""


_TOO_QUICK = "submitted too quickly"
_SECONDARY_LIMITS = ("secondary rate limit", "abuse detection", _TOO_QUICK)
_SWITCHED_OFF = re.compile(r"\bdisabled\b|not enabled|must be enabled|no analysis found")
_PERMISSION_MISSING = re.compile(r"resource not accessible|must have (admin|push|write)|permission|scope")
_UNINFORMATIVE = {
    "",
    "not found",
    "forbidden",
    "bad credentials",
    "requires authentication",
    "unprocessable entity",
    "validation failed",
}


def failure_for(answer: Response) -> Failure | None:
    """The failure a response is, or None."""
    if 300 <= answer.status < 400 and "location" in answer.headers:
        return Moved(answer.headers["location"])
    if answer.status < 400:
        return None
    record = error_record(answer)
    return _limit(answer, record) or _known_reason(answer, record) or _by_status(answer, record)


def _limit(answer: Response, record: ErrorRecord) -> Failure | None:
    """A primary or secondary rate limit; a 403 for another reason may come with the last request of an hour too."""
    if too_quick(record):
        return secondary_limit(retry_after_seconds(answer.headers))
    if answer.status not in (403, 429):
        return None
    message, wait = record.message.lower(), retry_after_seconds(answer.headers)
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0" and ("rate limit" in message or not message)
    if exhausted and wait is None:
        return primary_limit(answer, unknown_seconds=1.0)
    if answer.status == 429 or wait is not None or names_secondary_limit(message):
        return secondary_limit(wait)
    if "rate limit exceeded" in message:
        return _rate_limited("GitHub's rate limit is used up.", SECONDARY_LIMIT_SECONDS)
    return None


def names_secondary_limit(message: str) -> bool:
    """Whether a message is that of a secondary limit, which has no header and no type of its own."""
    return any(words in message.lower() for words in _SECONDARY_LIMITS)


def too_quick(record: ErrorRecord) -> bool:
    """Whether GitHub refused new content because of the pace of it: a validation error, yet nothing in it is wrong."""
    texts = [error if isinstance(error, str) else error.message for error in record.errors]
    return any(_TOO_QUICK in text.lower() for text in (record.message, *texts))


def secondary_limit(wait: float | None) -> RateLimited:
    return _rate_limited("GitHub asks this server to slow down (a secondary limit).", wait or SECONDARY_LIMIT_SECONDS)


def primary_limit(answer: Response, *, unknown_seconds: float = SECONDARY_LIMIT_SECONDS) -> RateLimited:
    """The limit of an hour is used up; until when, its header says."""
    reset = answer.headers.get("x-ratelimit-reset", "")
    seconds = seconds_until(float(reset), answer.headers) if reset.isascii() and reset.isdigit() else None
    return _rate_limited("GitHub's rate limit is used up.", seconds or unknown_seconds)


def _rate_limited(text: str, wait: float) -> RateLimited:
    remedy = f"Wait {max(1, round(wait))} s before the next call."
    return RateLimited(text, remedy=remedy, retry_after_seconds=wait, effect=Effect.REJECTED)


def _known_reason(answer: Response, record: ErrorRecord) -> Failure | None:
    if answer.status >= 500 or answer.status == 401:
        return None
    if answer.status == 403 and (sso := re.search(r"url=(\S+)", answer.headers.get("x-github-sso", ""))):
        return PermissionDenied(
            "The organisation wants single sign-on for this server's GITHUB_TOKEN.",
            remedy="Ask its owner to open the address in details; do not retry.",
            details={"authorize_url": sso.group(1)},
        )
    texts = [error if isinstance(error, str) else error.message for error in record.errors]
    return next(filter(None, map(known_reason, (record.message, *texts))), None)


def known_reason(message: str) -> Failure | None:
    """The failure of a message that GitHub is known to give, or None."""
    reason = next((reason for reason in REASONS if re.search(reason.pattern, message.lower())), None)
    if reason is None:
        return None
    return EmptyRepository() if reason.failure is EmptyRepository else reason.failure(reason.text, remedy=reason.remedy)


def _by_status(answer: Response, record: ErrorRecord) -> Failure:
    make = _BY_STATUS.get(answer.status)
    return make(answer, record) if make else _other(answer, record)


def _other(answer: Response, record: ErrorRecord) -> Failure:
    """The failure of the status, with GitHub's message."""
    failure = failure_for_status(answer) or UpstreamError("GitHub answered in a way this server does not know.")
    if quote := _quote(record):
        failure.message = f"{failure.message} {quote}"
    return failure


def _unauthorised(answer: Response, record: ErrorRecord) -> Failure:
    text = "GitHub refused this server's GITHUB_TOKEN, or wants one for this."
    return AuthenticationFailed(f"{text} {_quote(record)}".strip())


def _forbidden(answer: Response, record: ErrorRecord) -> Failure:
    if _is_page(answer):
        text = "A web page came with status 403 instead of GitHub's answer: a proxy or firewall refuses this request."
        return UpstreamError(text)
    needed = _needed_permission(answer, record)
    if needed:
        return PermissionDenied(
            f"This server's GITHUB_TOKEN may not do this; GitHub wants the permission {needed}.",
            remedy="Ask its owner to grant it; do not retry.",
            details={"needed": needed},
        )
    quote = _quote(record) or "It gives no reason; the token's permissions are the usual one."
    return PermissionDenied(f"GitHub does not allow this. {quote}", remedy=NO_RETRY)


def _needed_permission(answer: Response, record: ErrorRecord) -> str:
    if record.message and not _PERMISSION_MISSING.search(record.message.lower()):
        return ""
    headers = answer.headers
    needed = headers.get("x-accepted-github-permissions") or headers.get("x-accepted-oauth-scopes") or ""
    return needed if re.fullmatch(r"[\w=,;: -]{1,200}", needed) else ""


def _missing(answer: Response, record: ErrorRecord) -> Failure:
    if _is_page(answer):
        return UpstreamError(f"GitHub answered 404 with a web page instead of data. {ADDRESS_HINT}")
    if quote := _quote(record):
        remedy = NO_RETRY if _SWITCHED_OFF.search(quote.lower()) else "Check the names."
        return NotFound(f"GitHub finds nothing there. {quote}", remedy=remedy)
    return missing_or_hidden()


def _is_page(answer: Response) -> bool:
    return "text/html" in answer.headers.get("content-type", "")


def missing_or_hidden() -> NotFound:
    """The failure where GitHub says nothing but that there is nothing."""
    return NotFound("GitHub finds nothing there: it is missing or hidden from this token.", remedy="Check the names.")


def _gone(answer: Response, record: ErrorRecord) -> Failure:
    quote = _quote(record) or "It was deleted, or is switched off in this repository."
    return NotFound(f"GitHub says this is gone. {quote}", remedy=NO_RETRY)


def _conflict(answer: Response, record: ErrorRecord) -> Failure:
    quote = _quote(record)
    return Conflict(quote or "GitHub says that this conflicts with how things are now.")


def _too_large(answer: Response, record: ErrorRecord) -> Failure:
    return TooLarge(f"GitHub does not write this in one piece. {_quote(record)}".strip())


def _unprocessable(answer: Response, record: ErrorRecord) -> Failure:
    if faults := faults_in(record):
        return InvalidInput(f"GitHub cannot do this: {faults}. {_message(record)}".strip())
    quote = _message(record) or "An argument is not valid; it does not tell which."
    return InvalidInput(f"GitHub cannot do this. {quote}")


def _quote(record: ErrorRecord) -> str:
    """GitHub's message as a quotation, then what its `errors` name; empty where it says no more than the status."""
    faults = faults_in(record)
    return " ".join(filter(None, (_message(record), faults and f"It names: {faults}.")))


def _message(record: ErrorRecord) -> str:
    message = shortened(record.message)
    return "" if message.lower() in _UNINFORMATIVE else f'GitHub says: "{message}".'


_BY_STATUS: Mapping[int, Callable[[Response, ErrorRecord], Failure]] = {
    401: _unauthorised,
    403: _forbidden,
    404: _missing,
    405: _conflict,
    406: _too_large,
    409: _conflict,
    410: _gone,
    422: _unprocessable,
}
