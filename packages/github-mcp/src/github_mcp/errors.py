"""Mapping of GitHub's error responses to failures, from their status, headers, `message` and `errors[]`.

The failure contains GitHub's reason: reworded if `known_reasons` lists it, quoted otherwise. It names a permission only
if GitHub's message says that one is missing. The functions are pure.
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
"""Wait after a secondary limit without Retry-After, for which GitHub's documentation asks at least a minute."""

ADDRESS_HINT = "If every call fails so, GITHUB_API_URL is wrong: that of an Enterprise Server ends in /api/v3."


_REPOSITORY_PATH = re.compile(r"/(?:repositories/\d+|repos/[\w.%-]+/[\w.%-]+)(?=/|$)")


class Moved(InvalidResponse):
    """A redirect by GitHub to another address on the same server.

    `path` is the path of the address, `repository` the beginning of it that names a repository, or None. GitHub
    documents redirects only to repositories, and they mean that a write was not done; after a redirect to another
    address the outcome of a write is unknown.
    """

    def __init__(self, location: str) -> None:
        text = "GitHub redirects this request to an address that is not that of a repository."
        super().__init__(f"{text} {ADDRESS_HINT}")
        self.path = urlsplit(location).path
        found = _REPOSITORY_PATH.search(self.path)
        self.repository = found.group() if found else None
        if found:
            self.effect = Effect.SETTLED


class Transferred(Conflict):
    """An issue that was moved to another repository, where it has another number."""

    def __init__(self, old_repository: str, old_number: int, repository: str, number: int) -> None:
        super().__init__(
            f"The issue {old_repository}#{old_number} was transferred to {repository}#{number}. Nothing was changed.",
            remedy="If this is the intended issue, call again with the new owner, repo and number.",
            details={"repository": repository, "number": number},
        )
        self.repository = repository
        self.number = number


class TooLarge(InvalidInput):
    """The refusal (406) of a diff that is larger than GitHub returns in one response."""


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
    """The failure that a response means; None for a successful one."""
    if 300 <= answer.status < 400 and "location" in answer.headers:
        return Moved(answer.headers["location"])
    if answer.status < 400:
        return None
    record = error_record(answer)
    return _limit(answer, record) or _known_reason(answer, record) or _by_status(answer, record)


def _limit(answer: Response, record: ErrorRecord) -> Failure | None:
    """The failure of a primary or secondary rate limit; None for other responses."""
    # The last request of an hour may get a 403 for another reason, so that the header alone proves no rate limit.
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
    """Whether GitHub's message reports a secondary rate limit, which no header or error type marks."""
    return any(words in message.lower() for words in _SECONDARY_LIMITS)


def too_quick(record: ErrorRecord) -> bool:
    """Whether GitHub refused new content because it was sent too quickly, which it reports as a validation error."""
    texts = [error if isinstance(error, str) else error.message for error in record.errors]
    return any(_TOO_QUICK in text.lower() for text in (record.message, *texts))


def secondary_limit(wait: float | None) -> RateLimited:
    """The failure of a secondary rate limit; `wait` is in seconds, None for GitHub's documented minimum."""
    return _rate_limited(
        "GitHub's secondary rate limit is exceeded: too many requests in a short time.", wait or SECONDARY_LIMIT_SECONDS
    )


def primary_limit(answer: Response, *, unknown_seconds: float = SECONDARY_LIMIT_SECONDS) -> RateLimited:
    """The failure of a primary rate limit, with the seconds until `X-RateLimit-Reset`, else `unknown_seconds`."""
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
            "The organisation requires single sign-on, for which this server's GITHUB_TOKEN is not authorised.",
            remedy="Ask the token's owner to open the address in details; do not retry.",
            details={"authorize_url": sso.group(1)},
        )
    texts = [error if isinstance(error, str) else error.message for error in record.errors]
    return next(filter(None, map(known_reason, (record.message, *texts))), None)


def known_reason(message: str) -> Failure | None:
    """The failure for a message that `known_reasons` lists; None for other messages."""
    reason = next((reason for reason in REASONS if re.search(reason.pattern, message.lower())), None)
    if reason is None:
        return None
    return EmptyRepository() if reason.failure is EmptyRepository else reason.failure(reason.text, remedy=reason.remedy)


def _by_status(answer: Response, record: ErrorRecord) -> Failure:
    make = _BY_STATUS.get(answer.status)
    return make(answer, record) if make else _other(answer, record)


def _other(answer: Response, record: ErrorRecord) -> Failure:
    """The failure for a status that has no function here, with GitHub's message."""
    failure = failure_for_status(answer) or UpstreamError(
        "GitHub sent a response with a status that this server does not know.", remedy="Try again later."
    )
    if quote := _quote(record):
        failure.message = f"{failure.message} {quote}"
    return failure


def _unauthorised(answer: Response, record: ErrorRecord) -> Failure:
    text = "GitHub refused this server's GITHUB_TOKEN, or requires one for this request."
    return AuthenticationFailed(f"{text} {_quote(record)}".strip())


def _forbidden(answer: Response, record: ErrorRecord) -> Failure:
    if _is_page(answer):
        text = "A proxy or firewall refused the request: the response is a web page with status 403, not GitHub's."
        return UpstreamError(text, remedy="Ask the person who runs this server to allow it; do not retry.")
    needed = _needed_permission(answer, record)
    if needed:
        return PermissionDenied(
            f"This server's GITHUB_TOKEN may not do this; GitHub requires the permission {needed}.",
            remedy="Ask the token's owner to grant it; do not retry.",
            details={"needed": needed},
        )
    quote = _quote(record) or "It gives no reason; usually the token lacks a permission."
    return PermissionDenied(f"GitHub does not allow this. {quote}", remedy=NO_RETRY)


def _needed_permission(answer: Response, record: ErrorRecord) -> str:
    if record.message and not _PERMISSION_MISSING.search(record.message.lower()):
        return ""
    headers = answer.headers
    needed = headers.get("x-accepted-github-permissions") or headers.get("x-accepted-oauth-scopes") or ""
    return needed if re.fullmatch(r"[\w=,;: -]{1,200}", needed) else ""


def _missing(answer: Response, record: ErrorRecord) -> Failure:
    if _is_page(answer):
        return UpstreamError(f"The response is a web page with status 404 instead of data. {ADDRESS_HINT}")
    if quote := _quote(record):
        remedy = NO_RETRY if _SWITCHED_OFF.search(quote.lower()) else "Check the names."
        return NotFound(f"GitHub did not find this. {quote}", remedy=remedy)
    return missing_or_hidden()


def _is_page(answer: Response) -> bool:
    return "text/html" in answer.headers.get("content-type", "")


def missing_or_hidden() -> NotFound:
    """The failure for a 404 without a reason: GitHub gives it for missing and for hidden things alike."""
    return NotFound("GitHub did not find this: it is missing or hidden from this token.", remedy="Check the names.")


def _gone(answer: Response, record: ErrorRecord) -> Failure:
    quote = _quote(record) or "It was deleted, or the feature is switched off in this repository."
    return NotFound(f"GitHub reports that this no longer exists. {quote}", remedy=NO_RETRY)


def _conflict(answer: Response, record: ErrorRecord) -> Failure:
    quote = _quote(record)
    return Conflict(quote or "GitHub reports a conflict with the current state, without a reason.")


def _too_large(answer: Response, record: ErrorRecord) -> Failure:
    return TooLarge(f"This is too large for one response of GitHub. {_quote(record)}".strip())


def _unprocessable(answer: Response, record: ErrorRecord) -> Failure:
    if faults := faults_in(record):
        return InvalidInput(f"GitHub refused the arguments: {faults}. {_message(record)}".strip())
    quote = _message(record) or "One of them is not valid; it does not say which."
    return InvalidInput(f"GitHub refused the arguments. {quote}")


def _quote(record: ErrorRecord) -> str:
    """GitHub's message as a quotation, then its `errors`; empty if they say no more than the status."""
    faults = faults_in(record)
    return " ".join(filter(None, (_message(record), faults and f"It reports: {faults}.")))


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
