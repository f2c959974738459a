"""One-time codes: each is good for one change of one caller, and for asking again what became of it."""

import dataclasses
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import anyio
from mcp_chassis.failures import InvalidInput

Answer = TypeVar("Answer")

UNUSED_CODE_TTL_SECONDS = 600.0
RESULT_TTL_SECONDS = 24 * 3600.0
MAX_CODES = 1_000


@dataclasses.dataclass
class Pending(Generic[Answer]):
    """One code: what it was given for, when it expires, what the preview found, and the answer once there is one."""

    bound_to: str
    expires: float
    preview_rows: int | None = None
    answer: Answer | None = None
    working: anyio.Lock = dataclasses.field(default_factory=anyio.Lock)


class Confirmations(Generic[Answer]):
    """The codes of one server; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pending: dict[str, Pending[Answer]] = {}

    def issue(self, bound_to: str, preview_rows: int | None = None) -> str:
        """A new code for exactly this change, which the preview found to change so many rows."""
        now = self._clock()
        self._pending = {code: each for code, each in self._pending.items() if each.expires > now}
        while len(self._pending) >= MAX_CODES:
            self._pending.pop(next(iter(self._pending)))
        code = secrets.token_urlsafe(9)
        self._pending[code] = Pending(bound_to, now + UNUSED_CODE_TTL_SECONDS, preview_rows)
        return code

    async def redeem(self, code: str, bound_to: str, work: Callable[[int | None], Awaitable[Answer]]) -> Answer:
        """Do `work`, which takes the preview's number of rows, once for this code; asked again, its answer.

        Raises:
            InvalidInput: the code is unknown, too old, or was given for something else.
        """
        pending = self._pending.get(code)
        if (
            pending is None
            or pending.expires <= self._clock()
            or not secrets.compare_digest(pending.bound_to, bound_to)
        ):
            raise InvalidInput(
                "The code in confirm was not given for this statement with these parameters, or is too old.",
                remedy="Nothing was changed. Call again without confirm, look at the preview, and send its code.",
            )
        async with pending.working:
            if pending.answer is None:
                pending.answer = await work(pending.preview_rows)
                pending.expires = self._clock() + RESULT_TTL_SECONDS
            return pending.answer


def binding(principal: str, database: str, statement: str, values: Sequence[object]) -> str:
    """Hash of the caller, database, statement and parameters that a code is bound to."""
    text = json.dumps([principal, database, statement, list(values)], default=str, sort_keys=True)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
