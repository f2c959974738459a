"""Connection to the time zone database or the OpenTimezone service; conversions alone use the network."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from timezone_mcp.conversion import FallingBackConverter, ServiceConverter
from timezone_mcp.settings import TimezoneSettings
from timezone_mcp.timekeeper import Timekeeper

# With the database as a fallback, few attempts suffice.
IMPATIENT = {"unsent_attempts": 1, "retry_attempts": 2}


@asynccontextmanager
async def connect(settings: TimezoneSettings) -> AsyncGenerator[Timekeeper]:
    if settings.backend == "local":
        yield Timekeeper()
        return
    from timezone_mcp.client import OpenTimezone

    patient = settings.backend == "opentimezone"
    policy = settings if patient else settings.model_copy(update=IMPATIENT)
    service = OpenTimezone(settings.service_url, settings.credential("service_key"), policy, settings.service_timeout)
    async with service.api:
        yield Timekeeper(converter=ServiceConverter(service) if patient else FallingBackConverter(service))
