"""Probes of the database and the OpenTimezone service, for diagnostics and `check`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mcp_chassis.failures import Failure
from mcp_chassis.server import Probe

from timezone_mcp import tzdb
from timezone_mcp.timekeeper import Timekeeper

SERVICE = "OpenTimezone"


async def probe(keeper: Timekeeper) -> Sequence[Probe]:
    """Probe the installed database, and the service if one is configured, by one conversion."""
    return Probe("time zone database", "ok", tzdb.release()), await _service(keeper)


async def _service(keeper: Timekeeper) -> Probe:
    service = keeper.converter.service
    if service is None:
        return Probe(SERVICE, "not configured", "TIMEZONE_BACKEND is local.")
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC).replace(tzinfo=None)
    try:
        await service.local_time(noon, "UTC", "Europe/Paris")
    except Failure as failure:
        return Probe(service.name, "failed", failure.message)
    return Probe(service.name, "ok")
