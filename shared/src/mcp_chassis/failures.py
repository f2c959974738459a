"""Failure classes of tools and their error objects.

A tool raises one of the classes below; nothing else is needed. A host receives
`{"error":{"code","message","retryable","retry_after_seconds","details"}}` without empty parts.
"""

import json
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, ClassVar


class ErrorCode(StrEnum):
    INVALID_INPUT = "INVALID_INPUT"
    AUTHENTICATION_FAILED = "AUTHENTICATION_FAILED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    CONFLICT = "CONFLICT"
    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    UPSTREAM_ERROR = "UPSTREAM_ERROR"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    CONFIRMATION_REQUIRED = "CONFIRMATION_REQUIRED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Effect(Enum):
    """Possible effect of a failed attempt upstream, which alone decides whether it is repeated."""

    NEVER_SENT = "never sent"  # refused, DNS, TLS, no pooled connection
    REJECTED = "rejected before acting"  # 429, a limit
    AMBIGUOUS = "may have happened"  # read timeout, reset, cut body, 5xx
    SETTLED = "answered"  # a definite response: another attempt would get the same


class Failure(Exception):
    """Base of expected failures. The text is for a model and says what to try next.

    Args:
        message: what failed and why, in one or two sentences.
        remedy: what to try; that of the class when left out, none when empty.
        retry_after_seconds: seconds until a retry is worthwhile; that of the class when left out.
        details: facts a program can use (an address to open, candidates); never a raw upstream body.
        effect: what the attempt may have done upstream.

    `reason` is the message without the remedy.
    """

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL_ERROR
    remedy: ClassVar[str] = ""
    retryable: bool = False
    default_retry_after_seconds: ClassVar[float | None] = None

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None = None,
        retry_after_seconds: float | None = None,
        details: Mapping[str, Any] | None = None,
        effect: Effect = Effect.SETTLED,
    ) -> None:
        text = " ".join(part for part in (message, type(self).remedy if remedy is None else remedy) if part)
        super().__init__(text)
        self.reason = message
        self.message = text
        self.requested_retry_after_seconds = retry_after_seconds
        self.retry_after_seconds = (
            self.default_retry_after_seconds if retry_after_seconds is None else retry_after_seconds
        )
        self.details = dict(details or {})
        self.effect = effect

    def wire(self) -> dict[str, Any]:
        """The `error` object of a failed result, and the `data` of a JSON-RPC error."""
        error: dict[str, Any] = {"code": self.code.value, "message": self.message, "retryable": self.retryable}
        if self.retryable and self.retry_after_seconds is not None:
            error["retry_after_seconds"] = _whole_if_whole(self.retry_after_seconds)
        if self.details:
            error["details"] = self.details
        return error

    def text(self) -> str:
        """The one text block of a failed result: compact JSON."""
        return json.dumps({"error": self.wire()}, ensure_ascii=False, separators=(",", ":"), default=str)


def only_failure(group: BaseExceptionGroup[BaseException]) -> Failure | None:
    """The first failure of a task group that raised only failures; None if it raised anything else."""
    failures, others = group.split(Failure)
    while isinstance(failures, BaseExceptionGroup):
        failures = failures.exceptions[0]
    return failures if others is None else None


def _whole_if_whole(seconds: float) -> float | int:
    rounded = round(seconds, 1)
    return int(rounded) if rounded == int(rounded) else rounded


class InvalidInput(Failure):
    code = ErrorCode.INVALID_INPUT


class AuthenticationFailed(Failure):
    code = ErrorCode.AUTHENTICATION_FAILED
    remedy = "Ask the person who runs this server to set it; do not retry."


class PermissionDenied(Failure):
    code = ErrorCode.PERMISSION_DENIED
    remedy = "The server's credential lacks this permission; do not retry."


class NotFound(Failure):
    code = ErrorCode.RESOURCE_NOT_FOUND


class Conflict(Failure):
    code = ErrorCode.CONFLICT
    remedy = "Read the current state first, then decide."


class RateLimited(Failure):
    code = ErrorCode.RATE_LIMITED
    retryable = True
    default_retry_after_seconds = 60.0


class TimedOut(Failure):
    """A read did not finish in time. A write that may have happened is `OutcomeUnknown`."""

    code = ErrorCode.TIMEOUT
    remedy = "Ask for less, or try again later."
    retryable = True
    default_retry_after_seconds = 5.0


class Unavailable(Failure):
    code = ErrorCode.SERVICE_UNAVAILABLE
    remedy = "Try again later."
    retryable = True
    default_retry_after_seconds = 30.0


class UpstreamError(Failure):
    """The response of the upstream cannot be understood."""

    code = ErrorCode.UPSTREAM_ERROR


class IncompleteResponse(UpstreamError):
    """The response of the upstream is incomplete; the only unreadable one that is worth a retry."""

    retryable = True
    default_retry_after_seconds = 5.0


class OutcomeUnknown(Failure):
    """A write was sent and it is not certain what it did; `remedy` says how to check."""

    code = ErrorCode.OUTCOME_UNKNOWN
    remedy = "It may have happened: check before doing it again."


class ConfirmationRequired(Failure):
    """A person has to agree first; `details.confirm` is the code to send with the same call once they have."""

    code = ErrorCode.CONFIRMATION_REQUIRED

    def __init__(self, question: str, code: str) -> None:
        remedy = f"Nothing was done. Show this to the person; if they agree, send the same call with confirm={code}."
        super().__init__(f"{question}\n", remedy=remedy, details={"confirm": code})


class InternalError(Failure):
    """A bug of this server. The traceback is in the log with the request id; the message has no details."""

    code = ErrorCode.INTERNAL_ERROR

    def __init__(self) -> None:
        super().__init__("This server failed in a way it did not foresee; the fault is in the server, not in the call.")
