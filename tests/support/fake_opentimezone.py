"""The OpenTimezone service as its source behaves, on a real socket; and ways for it to fail.

It drops `Z` and offsets, answers a naive local time, refuses a skipped local time with 400 and a stack trace, and
takes a repeated one as standard time.
"""

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import Script, ScriptedUpstream

STACK_TRACE = (
    "System.ArgumentException: The supplied DateTime represents an invalid time. (Parameter 'dateTime')\n"
    "   at System.TimeZoneInfo.ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone)\n"
    "   at OpenTimezone.Controllers.ConvertController.Post(ConvertRequest request) in /src/ConvertController.cs:line 41"
)


class FakeOpenTimezone:
    """`async with FakeOpenTimezone() as service:`; `service.env(...)` is what the server is to be told.

    Its clocks are `ahead`, in the target zone `only` or in every one.
    """

    def __init__(self, *, key: str | None = None, ahead: timedelta = timedelta(), only: str | None = None) -> None:
        self.upstream = ScriptedUpstream()
        self._key = key
        self._ahead = ahead
        self._only = only

    @property
    def questions(self) -> list[dict[str, Any]]:
        return [request.json for request in self.upstream.asked("POST /convert")]

    @property
    def requests(self) -> list[Request]:
        return self.upstream.requests

    def env(self, backend: str = "opentimezone", **more: str) -> dict[str, str]:
        return {"TIMEZONE_BACKEND": backend, "OPENTIMEZONE_URL": f"{self.upstream.url}/convert", **more}

    def fails(self, *replies: Script) -> None:
        """Answer so instead of converting."""
        self.upstream.answers("POST /convert", *replies)

    async def __aenter__(self) -> Self:
        await self.upstream.__aenter__()
        self.upstream.answers("POST /convert", self._answer)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.upstream.__aexit__()

    def _answer(self, request: Request) -> Reply:
        if self._key and request.headers.get("authorization") != f"Bearer {self._key}":
            return Reply(401 if "authorization" not in request.headers else 403, text="denied")
        asked = request.json
        try:
            source, target = ZoneInfo(asked["fromTimezone"]), ZoneInfo(asked["toTimezone"])
            local = _converted(datetime.fromisoformat(asked["dateTime"]).replace(tzinfo=None), source, target)
        except (ValueError, KeyError, ZoneInfoNotFoundError):
            return Reply(400, text=STACK_TRACE)
        if self._only in {None, asked["toTimezone"]}:
            local += self._ahead
        return Reply(json={"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}"})


def _converted(wall_clock: datetime, source: ZoneInfo, target: ZoneInfo) -> datetime:
    first, second = (wall_clock.replace(tzinfo=source, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC) > second.astimezone(UTC):
        raise ValueError("skipped")
    standard = min(first, second, key=lambda moment: moment.dst() or timedelta())
    return standard.astimezone(UTC).astimezone(target).replace(tzinfo=None)
