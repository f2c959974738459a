"""The entries of `errors[]` in GitHub's failures as text; pure."""

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
    ("PullRequest", "head"): "no such branch at GitHub: it must be pushed; write user:branch for one of a fork",
    ("PullRequest", "base"): "no such branch in this repository",
    ("Issue", "assignees"): "no such user, or one that cannot be assigned here",
    ("Issue", "milestone"): "no such milestone",
}


def faults_in(record: ErrorRecord) -> str:
    """The entries of `errors` in a line; how many more there are."""
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
    """One line of at most `MAX_MESSAGE_CHARS` characters, without the closing full stop."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(printable.split()).replace('"', "'").rstrip(".")
    return line if len(line) <= MAX_MESSAGE_CHARS else f"{line[:MAX_MESSAGE_CHARS].rstrip()}..."
