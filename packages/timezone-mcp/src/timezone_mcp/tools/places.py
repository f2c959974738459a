"""Tools that find time zones and describe one."""

from typing import Annotated

from mcp_chassis.tools import reads
from pydantic import Field

from timezone_mcp import sentences, tzdb
from timezone_mcp.models import Change, Found, LocalTime, Matches, TimezoneFacts
from timezone_mcp.timekeeper import Time, Timekeeper
from timezone_mcp.tools.parameters import Moment, ZoneName
from timezone_mcp.zones import changes, lookup
from timezone_mcp.zones.search import search


@reads("Get a time zone", open_world=False)
async def get_timezone(
    timezone: ZoneName,
    keeper: Time,
    at: Moment = "now",
    transitions: Annotated[int, Field(ge=1, le=20, description="Each way")] = 1,
) -> TimezoneFacts:
    """Get a zone's offset, DST, clock changes, aliases and country."""
    return facts(timezone, keeper, at, transitions)


def facts(timezone: str, keeper: Timekeeper, at: str = "now", transitions: int = 1) -> TimezoneFacts:
    """The facts about a zone, the same for the tool and the resources."""
    zone = lookup.resolve(timezone)
    reading = keeper.reading(at, zone)
    moment = reading.chosen(None)
    local = LocalTime.of(moment, zone)
    following = changes.following(zone, moment, transitions)
    return TimezoneFacts(
        answer=sentences.facts(reading, local, following),
        local=local,
        country=tzdb.country(zone.name) if zone.iana else None,
        aliases=(tzdb.aliases(zone.name) or None) if zone.iana else None,
        next_changes=[Change.of(change) for change in following],
        previous_changes=[Change.of(change) for change in changes.preceding(zone, moment, transitions)],
        source_of_truth=tzdb.release(),
    )


@reads("Search time zones", open_world=False)
async def search_timezones(
    query: Annotated[
        str, Field(max_length=lookup.MAX_NAME_CHARS, description="City, country, abbreviation, Windows name or offset")
    ],
    keeper: Time,
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
) -> Matches:
    """Find zones, with every meaning of an abbreviation."""
    now = keeper.now(lookup.named("UTC"))
    hits = search(query, now)
    items = [Found.of(hit, now) for hit in hits[:limit]]
    return Matches(answer=sentences.matches(query, items, len(hits)), items=items)
