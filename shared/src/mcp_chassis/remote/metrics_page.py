"""The Prometheus page of a process, for callers with the scope `admin`."""

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.remote.auth.scopes import ADMIN, EVERYTHING
from mcp_chassis.remote.endpoint import Guard
from mcp_chassis.remote.http import rejections, request_body
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.prometheus import CONTENT_TYPE, exposition
from mcp_chassis.remote.upstream_probe import UpstreamProbe
from mcp_chassis.remote.workers.metrics_files import MetricsFiles
from mcp_chassis.telemetry.metrics import METRICS, ProcessMetrics


class MetricsPage:
    """The page `/metrics`.

    Args:
        guard: the checks of the process's own pages.
        flight: the requests in flight.
        probes: the probe of each server, by its short name; reading the page starts those that are due.
        open_to_all: whether no server here requires a credential, so that this page requires none either.
        files: the pages of all workers, which then are served together; None if this process is the only one.
    """

    def __init__(
        self,
        guard: Guard,
        flight: InFlightRequests,
        *,
        probes: Mapping[str, UpstreamProbe],
        open_to_all: bool,
        files: MetricsFiles | None = None,
        metrics: ProcessMetrics = METRICS,
    ) -> None:
        self._guard = guard
        self._flight = flight
        self._probes = probes
        self._open_to_all = open_to_all
        self._files = files
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._admit(scope)
        except Rejection as refusal:
            await refusal.send(send)
            return
        for probe in self._probes.values():
            probe.refresh()
        page = self.own()
        if self._files:
            self._files.write(page)
            page = self._files.joined()
        await rejections.send_body(send, 200, page.encode(), {"content-type": CONTENT_TYPE})

    def own(self) -> str:
        """The page of this process alone."""
        results = {name: probe.last for name, probe in self._probes.items() if probe.last}
        return exposition(self._metrics.by_server, self._flight, results)

    async def _admit(self, scope: Scope) -> None:
        if not self._guard.origins.answers_host(request_body.only_header(scope, b"host")):
            raise rejections.wrong_host()
        if self._open_to_all:
            return
        denied = PermissionDenied("The metrics require the scope admin.", remedy="Send a credential that has it.")
        if self._guard.authentication is None:
            raise Rejection(403, denied)
        caller = await self._guard.authentication.caller(scope)
        if not {ADMIN, EVERYTHING} & set(caller.scopes):
            raise Rejection(403, denied)
