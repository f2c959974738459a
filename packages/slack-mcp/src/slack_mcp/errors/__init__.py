"""Failures from Slack's error responses (`ok: false` with an error code), mapped by tables without I/O."""

import re
from collections.abc import Mapping
from typing import Any, cast

from mcp_chassis.failures import Effect, Failure, OutcomeUnknown, UpstreamError
from mcp_chassis.http.records import Record, read_record
from mcp_chassis.http.response import InvalidResponse, Response

from slack_mcp.errors.access import ACCESS_ERRORS
from slack_mcp.errors.authentication import AUTHENTICATION_ERRORS
from slack_mcp.errors.input import INPUT_ERRORS
from slack_mcp.errors.meaning import Meaning
from slack_mcp.errors.objects import OBJECT_ERRORS
from slack_mcp.errors.outages import OUTAGE_ERRORS

ERROR = "slack_error"
"""Key of Slack's error code in a failure's details."""
MESSAGES = "slack_messages"
"""Key of Slack's own messages about the request in a failure's details."""
MAX_MESSAGES = 5
MAX_MESSAGE_CHARACTERS = 300

ERROR_MEANINGS: Mapping[str, Meaning] = {
    **AUTHENTICATION_ERRORS,
    **ACCESS_ERRORS,
    **OUTAGE_ERRORS,
    **OBJECT_ERRORS,
    **INPUT_ERRORS,
}
NO_RETRY = "The same call would be refused again; do not retry it."
CHECK_EFFECT = "Check whether the change was made before trying again."
UNKNOWN = Meaning(
    UpstreamError,
    "Slack refused the call with the error code {error}.",
    "Change the arguments according to the error code; do not repeat the same call.",
)


class ErrorMessagesRecord(Record, frozen=True):
    messages: tuple[str, ...] = ()


class PersonErrorRecord(Record, frozen=True):
    """Error code about one of several people, by user id."""

    user: str = ""
    error: str = ""

    def __str__(self) -> str:
        return f"{self.user}: {self.error}" if self.user else self.error


class ErrorRecord(Record, frozen=True):
    """Response of any API method: `ok`, and for a failed one the error code and every field that explains it."""

    ok: bool = False
    error: str = ""
    needed: str = ""
    provided: str = ""
    detail: str = ""
    errors: tuple[str | PersonErrorRecord, ...] = ()
    response_metadata: ErrorMessagesRecord = ErrorMessagesRecord()


def failure_for(response: Response, token: str) -> Failure | None:
    """The failure that a response with status 200 reports, or None; other statuses are mapped by the core.

    Args:
        token: name of the environment variable whose token the request used.
    """
    if response.status != 200:
        return None
    body: Any = response.json
    if not isinstance(body, dict):
        return UpstreamError(
            "Slack's response is not a JSON object; its result is unknown.",
            remedy=CHECK_EFFECT,
            effect=Effect.AMBIGUOUS,
        )
    ok = cast("Mapping[str, Any]", body).get("ok")
    if ok is not False:
        return (
            None if ok is True else InvalidResponse("Slack's response has no valid field `ok`; its result is unknown.")
        )
    return _failure(read_record(body, ErrorRecord, upstream="Slack", operation="read its error"), token)


def _failure(answer: ErrorRecord, token: str) -> Failure:
    error, needed, provided = (_word(word) for word in (answer.error, answer.needed, answer.provided))
    meaning = ERROR_MEANINGS.get(error, UNKNOWN)
    messages = _sentences(answer)
    details = {ERROR: error, "needed": needed, "provided": provided, MESSAGES: messages}
    message = meaning.message.format(token=token, needed=needed or "it needs", error=error or "that has no name")
    return meaning.failure(
        f"{message} Slack says: {messages[0].rstrip('.')}." if messages else message,
        remedy=NO_RETRY if meaning.remedy == "" else meaning.remedy,
        details={name: value for name, value in details.items() if value},
        effect=meaning.effect,
    )


def _sentences(answer: ErrorRecord) -> list[str]:
    """Slack's own messages about the request, from all fields of the response, without repetitions."""
    found = [*answer.response_metadata.messages, answer.detail, *map(str, answer.errors)]
    sentences = dict.fromkeys(_sentence(text) for text in found[: 2 * MAX_MESSAGES])
    return [sentence for sentence in sentences if sentence][:MAX_MESSAGES]


def _word(text: str) -> str:
    """An error code, or codes separated by commas; empty for any other text, so that no foreign text is passed on."""
    return text if re.fullmatch(r"[\w:.,\- ]{1,2000}", text) else ""


def _sentence(text: str) -> str:
    """A message of Slack about a request, at most 300 characters; characters of markup are removed."""
    return re.sub(r"[^\w \[\]().,:;/'\"-]", "", text)[:MAX_MESSAGE_CHARACTERS].strip()


def error_of(failure: Failure) -> str:
    """Slack's error code of a failure; empty if the failure has none."""
    return str(failure.details.get(ERROR, ""))


def error_behind(failure: Failure) -> str:
    """Slack's error code of a failure; for a write with an unknown outcome, that of its last attempt."""
    cause = failure.__cause__
    return error_of(cause) if isinstance(failure, OutcomeUnknown) and isinstance(cause, Failure) else error_of(failure)


def needs_team(failure: Failure) -> bool:
    """Whether Slack refused an organisation-wide token because the call named no workspace (`team_id`)."""
    messages: list[str] = failure.details.get(MESSAGES, [])
    return error_of(failure) == "missing_argument" and any("team_id" in message for message in messages)
