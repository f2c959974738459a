"""The page of counts, for who may administer the process."""

from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.remote.auth.scopes import ADMIN, EVERYTHING
from mcp_chassis.remote.endpoint import Guard
from mcp_chassis.remote.http import rejections, request_body
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.prometheus import CONTENT_TYPE, exposition
from mcp_chassis.telemetry.metrics import METRICS, Metrics


class MetricsPage:
    """`/metrics`.

    Args:
        guard: of the process, as its servers have theirs.
        flight: what is under way.
        open_to_all: no server here asks who calls, so this page does not either.
    """

    def __init__(
        self, guard: Guard, flight: InFlightRequests, *, open_to_all: bool, metrics: Metrics = METRICS
    ) -> None:
        self._guard = guard
        self._flight = flight
        self._open_to_all = open_to_all
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._admit(scope)
        except Rejection as refusal:
            await refusal.send(send)
            return
        page = exposition(self._metrics, self._flight.answers, self._flight.count)
        await rejections.send_body(send, 200, page.encode(), {"content-type": CONTENT_TYPE})

    async def _admit(self, scope: Scope) -> None:
        if not self._guard.origins.answers_host(request_body.only_header(scope, b"host")):
            raise rejections.wrong_host()
        if self._open_to_all:
            return
        denied = PermissionDenied("The counts need the scope admin.", remedy="")
        if self._guard.authentication is None:
            raise Rejection(403, denied)
        caller = await self._guard.authentication.caller(scope)
        if not {ADMIN, EVERYTHING} & set(caller.scopes):
            raise Rejection(403, denied)
