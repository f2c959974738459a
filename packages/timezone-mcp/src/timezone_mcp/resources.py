"""Zones as resources, with one URI template each for names of one, two and three parts."""

from typing import Annotated

from mcp_chassis.tools import resource
from pydantic import Field

from timezone_mcp import tzdb
from timezone_mcp.completion import parts
from timezone_mcp.models import ListedZone, ListedZones, TimezoneFacts
from timezone_mcp.timekeeper import Time
from timezone_mcp.tools.places import facts
from timezone_mcp.zones.lookup import MAX_NAME_CHARS

Part = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]


@resource("tz://zones", "Time zones")
async def timezones(keeper: Time) -> ListedZones:
    """Every zone in use with its offset now and its country; one of them is read at tz://zones/{area}/{city}."""
    return ListedZones(items=[ListedZone.of(name, keeper.present()) for name in ("UTC", *sorted(tzdb.country_codes()))])


@resource("tz://zones/{area}/{city}", "Time zone", complete=parts("area", "city"), listed=("tz://zones/Europe/London",))
async def timezone(area: Part, city: Part, keeper: Time) -> TimezoneFacts:
    """A zone's offset and DST now, its next and previous clock changes, aliases and country."""
    return facts(f"{area}/{city}", keeper)


@resource("tz://zones/{area}/{region}/{city}", "Time zone of a region", complete=parts("area", "region", "city"))
async def timezone_of_region(area: Part, region: Part, city: Part, keeper: Time) -> TimezoneFacts:
    """The same for names of three parts, such as America/Argentina/Buenos_Aires."""
    return facts(f"{area}/{region}/{city}", keeper)


@resource("tz://zones/{name}", "Time zone without an area", complete=parts("name"))
async def timezone_without_area(name: Part, keeper: Time) -> TimezoneFacts:
    """The same for names of one part, such as UTC."""
    return facts(name, keeper)
