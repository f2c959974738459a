"""Error texts of an API: the fields that a bridge names, cleaned, shortened and quoted as data."""

from collections.abc import Callable, Sequence

from mcp_chassis.failures import Failure
from mcp_chassis.http.errors import failure_for_status
from mcp_chassis.http.response import InvalidResponse, Response
from mcp_chassis.output.sanitize import sanitize

from rest_mcp.fields import texts_at

MAX_WORDS_CHARS = 300
NOT_QUOTED = {401, 429}
"""What these mean is said by the core, with the variable or the time to wait."""


def failure_for(fields: Sequence[str]) -> Callable[[Response], Failure | None]:
    """An API's way of failing: the core's meaning of each status, and what the API says in `fields`."""

    def judge(answer: Response) -> Failure | None:
        if not 400 <= answer.status < 500 or answer.status in NOT_QUOTED:
            return None
        said = words(answer, fields)
        failure = failure_for_status(answer)
        if not said or failure is None:
            return None
        return type(failure)(f"{failure.message} {quoted(said)}", remedy="", effect=failure.effect)

    return judge


def quoted(said: str) -> str:
    """A sentence that quotes an API's own words."""
    return f'It says: "{said}"' if said.endswith((".", "!", "?")) else f'It says: "{said}".'


def words(answer: Response, fields: Sequence[str]) -> str:
    """One line of at most 300 characters; empty where the answer is no JSON or has none of the fields."""
    if not answer.is_json:
        return ""
    try:
        body = answer.json
    except InvalidResponse:
        return ""
    found = [text for field in fields for text in texts_at(body, field)]
    line = " ".join(sanitize(": ".join(dict.fromkeys(found)))[0].replace('"', "'").split())
    return line if len(line) <= MAX_WORDS_CHARS else f"{line[: MAX_WORDS_CHARS - 1]}…"
