"""Text of the entries of `errors[]` in GitHub's error responses."""

from collections.abc import Mapping

from github_mcp.records.errors import ErrorRecord, FieldErrorRecord

MAX_MESSAGE_CHARS = 300
MAX_FIELD_ERRORS = 5

_REASON_OF_CODE: Mapping[str, str] = {
    "missing": "does not exist",
    "missing_field": "is required",
    "invalid": "is not valid",
    "already_exists": "exists already",
    "unprocessable": "cannot be used",
    "too_large": "is too large",
}
_FIELD_HINTS: Mapping[tuple[str, str], str] = {
    ("PullRequest", "head"): "no such branch at GitHub: push it first; write user:branch for a branch of a fork",
    ("PullRequest", "base"): "no such branch in this repository",
    ("Issue", "assignees"): "no such user, or the user cannot be assigned in this repository",
    ("Issue", "milestone"): "no such milestone",
}


def faults_in(record: ErrorRecord) -> str:
    """The first entries of `errors` in one line, and the number of the others."""
    faults = [_field_error(error) for error in record.errors[:MAX_FIELD_ERRORS]]
    if left := len(record.errors) - len(faults):
        faults.append(f"and {left} more")
    return "; ".join(faults)


def _field_error(error: FieldErrorRecord | str) -> str:
    if isinstance(error, str):
        return shortened(error)
    name = error.field or error.resource or "the request"
    if error.message:
        message = shortened(error.message)
        return message if name in message or error.code == "custom" else f"{name}: {message}"
    value = f" {shortened(str(error.value))!r}" if isinstance(error.value, str | int) and error.value != "" else ""
    hint = _FIELD_HINTS.get((error.resource, error.field))
    text = f"{shortened(name)}{value} {_REASON_OF_CODE.get(error.code, 'is not valid')}"
    return f"{text} ({hint})" if hint else text


def shortened(text: str) -> str:
    """A text as one line of at most `MAX_MESSAGE_CHARS` characters, without the full stop at the end."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(printable.split()).replace('"', "'").rstrip(".")
    return line if len(line) <= MAX_MESSAGE_CHARS else f"{line[:MAX_MESSAGE_CHARS].rstrip()}..."
