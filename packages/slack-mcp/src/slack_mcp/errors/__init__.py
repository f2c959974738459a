"""Slack's way of failing: `ok: false` and an error word, turned into failures by tables; pure."""

import re
from collections.abc import Mapping
from typing import Any, cast

from mcp_chassis.failures import Effect, Failure, OutcomeUnknown, UpstreamError
from mcp_chassis.http.records import Record, read_record
from mcp_chassis.http.response import InvalidResponse, Response

from slack_mcp.errors.access import ACCESS_ERRORS
from slack_mcp.errors.input import INPUT_ERRORS
from slack_mcp.errors.meaning import Meaning
from slack_mcp.errors.objects import OBJECT_ERRORS

ERROR = "slack_error"
"""Name in a failure's details under which Slack's own word stands."""
MESSAGES = "slack_messages"
"""Name in a failure's details under which Slack's own sentences stand."""
MAX_MESSAGES = 5
MAX_MESSAGE_CHARACTERS = 300

ERROR_MEANINGS: Mapping[str, Meaning] = {**ACCESS_ERRORS, **OBJECT_ERRORS, **INPUT_ERRORS}
NOT_AGAIN = "The same call will be refused again."
UNKNOWN = Meaning(
    UpstreamError,
    "Slack refuses this with the error {error}.",
    "Read the error word as Slack means it; repeating the same call will not help.",
)


class ErrorMessagesRecord(Record, frozen=True):
    messages: tuple[str, ...] = ()


class PersonErrorRecord(Record, frozen=True):
    """Error about one of several people."""

    user: str = ""
    error: str = ""

    def __str__(self) -> str:
        return f"{self.user}: {self.error}" if self.user else self.error


class ErrorRecord(Record, frozen=True):
    """An answer of any method: whether it went well, else why not, in one of the places where Slack says so."""

    ok: bool = False
    error: str = ""
    needed: str = ""
    provided: str = ""
    detail: str = ""
    errors: tuple[str | PersonErrorRecord, ...] = ()
    response_metadata: ErrorMessagesRecord = ErrorMessagesRecord()


def failure_for(response: Response, token: str) -> Failure | None:
    """The failure that an answer is, or None; limits and server errors are told by their status.

    Args:
        token: the variable that holds the token that was used.
    """
    if response.status != 200:
        return None
    body: Any = response.json
    if not isinstance(body, dict):
        return UpstreamError("Slack answered something that is no answer of its API.", effect=Effect.AMBIGUOUS)
    ok = cast("Mapping[str, Any]", body).get("ok")
    if ok is not False:
        return None if ok is True else InvalidResponse("Slack's answer does not say whether it did this.")
    return _failure(read_record(body, ErrorRecord, upstream="Slack", operation="read its error"), token)


def _failure(answer: ErrorRecord, token: str) -> Failure:
    error, needed, provided = (_word(word) for word in (answer.error, answer.needed, answer.provided))
    meaning = ERROR_MEANINGS.get(error, UNKNOWN)
    messages = _sentences(answer)
    details = {ERROR: error, "needed": needed, "provided": provided, MESSAGES: messages}
    message = meaning.message.format(token=token, needed=needed or "it needs", error=error or "that has no name")
    return meaning.failure(
        f"{message} Slack says: {messages[0].rstrip('.')}." if messages else message,
        remedy=NOT_AGAIN if meaning.remedy == "" else meaning.remedy,
        details={name: value for name, value in details.items() if value},
        effect=meaning.effect,
    )


def _sentences(answer: ErrorRecord) -> list[str]:
    """Slack's sentences about the request, wherever they stand, each once."""
    found = [*answer.response_metadata.messages, answer.detail, *map(str, answer.errors)]
    sentences = dict.fromkeys(_sentence(text) for text in found[: 2 * MAX_MESSAGES])
    return [sentence for sentence in sentences if sentence][:MAX_MESSAGES]


def _word(text: str) -> str:
    """One of Slack's words or lists of words; anything else is not repeated."""
    return text if re.fullmatch(r"[\w:.,\- ]{1,2000}", text) else ""


def _sentence(text: str) -> str:
    """One of Slack's sentences about a request, cut; what is not plain text is not repeated."""
    return re.sub(r"[^\w \[\]().,:;/'\"-]", "", text)[:MAX_MESSAGE_CHARACTERS].strip()


def error_of(failure: Failure) -> str:
    """Slack's own word for a failure, or nothing."""
    return str(failure.details.get(ERROR, ""))


def error_behind(failure: Failure) -> str:
    """Slack's own word for a failure, or for the last attempt of a change whose outcome is unknown."""
    cause = failure.__cause__
    return error_of(cause) if isinstance(failure, OutcomeUnknown) and isinstance(cause, Failure) else error_of(failure)


def needs_team(failure: Failure) -> bool:
    """Whether Slack refuses because an organisation-wide token was used without a workspace."""
    messages: list[str] = failure.details.get(MESSAGES, [])
    return error_of(failure) == "missing_argument" and any("team_id" in message for message in messages)
