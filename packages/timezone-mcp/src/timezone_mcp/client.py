"""Client of the OpenTimezone service, which converts a naive local time from one zone to another.

The service ignores `Z` and offsets, refuses a skipped local time with 400 and a stack trace, and reads a repeated one
as standard time. So it is only given local times that exist once.
"""

import time
from collections.abc import Mapping
from datetime import datetime

from mcp_chassis.failures import AuthenticationFailed, Failure, PermissionDenied, UpstreamError
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.output.dated import moment
from mcp_chassis.settings import Credential
from mcp_chassis.storage.cache import Cache
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream

from timezone_mcp.conversion import ServiceAnswer

NAME = "OpenTimezone"
ANSWER_CACHE_SECONDS = 3_600.0
MAX_CACHED_ANSWERS = 2_000
REFUSALS: Mapping[int, type[Failure]] = {401: AuthenticationFailed, 403: PermissionDenied}


class OpenTimezone:
    """Client of the service at one URL; sends the key only if one is configured."""

    name = NAME

    def __init__(self, url: str, key: Credential, policy: Policy, limit: float) -> None:
        self.limit = limit
        self._key = key
        self._answers: Cache[ServiceAnswer] = Cache(entries=MAX_CACHED_ANSWERS)
        self.api = JsonApi(
            url,
            upstream=Upstream(NAME, policy=policy),
            headers=self._headers,
            credential=key,
            failure_for=self._failure_for,
        )

    async def local_time(self, wall_clock: datetime, source: str, target: str) -> ServiceAnswer:
        """Convert the naive `wall_clock` of `source` to that of `target`; responses are cached for an hour.

        Raises:
            Failure: the service cannot be reached, refuses, or sends something other than a time.
        """
        question = {"dateTime": wall_clock.isoformat(), "fromTimezone": source, "toTimezone": target}
        everybody = ""  # one cache for all principals: a conversion does not depend on the caller
        if known := self._answers.found(NAME, question, everybody):
            return known

        async def ask() -> ServiceAnswer:
            asked_at = moment(time.time())
            answer = await self.api.post("", json=question, repeat=Repeat.READ)
            return ServiceAnswer(_naive(answer.json), asked_at)

        new = await self._answers.get(NAME, question, everybody, ask, ttl=ANSWER_CACHE_SECONDS)
        return new._replace(as_of=None)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.reveal()}"} if self._key.present else {}

    def _failure_for(self, answer: Response) -> Failure | None:
        refusal = REFUSALS.get(answer.status)
        if refusal is None:
            return None
        state = "is refused" if self._key.present else "is not set"
        return refusal(f"{NAME} answered {answer.status}: {self._key.variable} {state}.")


def _naive(body: object) -> datetime:
    match body:
        case {"dateTime": str(text)}:
            try:
                local = datetime.fromisoformat(text)
            except ValueError as exc:
                raise _not_understood() from exc
            if local.tzinfo is None:
                return local.replace(microsecond=0)
        case _:
            pass
    raise _not_understood()


def _not_understood() -> UpstreamError:
    return UpstreamError(f"{NAME} answered something other than a local time; the fault is on its side.")
