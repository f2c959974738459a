"""The floor: the bare SDK over its own stdio, with as many tools as timezone-mcp, each of them trivial."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mcp.server.mcpserver import MCPServer

mcp = MCPServer("bare", version="0.1.0", log_level="WARNING")


@mcp.tool()
async def get_current_time(timezones: list[str]) -> dict[str, Any]:
    """The current time in some zones."""
    return {"items": [{"timezone": name, "time": datetime.now(ZoneInfo(name)).isoformat()} for name in timezones]}


@mcp.tool()
async def convert_timezone(date_time: str, from_timezone: str, to_timezone: str) -> dict[str, Any]:
    """One time in another zone."""
    time = datetime.fromisoformat(date_time).replace(tzinfo=ZoneInfo(from_timezone))
    return {"time": time.astimezone(ZoneInfo(to_timezone)).isoformat()}


@mcp.tool()
async def get_timezone(timezone: str, at: str = "now", transitions: int = 0) -> dict[str, Any]:
    """One zone."""
    return {"timezone": timezone, "at": at, "transitions": transitions}


@mcp.tool()
async def search_timezones(query: str, limit: int = 10) -> dict[str, Any]:
    """Zones by name."""
    return {"query": query, "limit": limit}


@mcp.tool()
async def find_meeting_slots(participants: list[dict[str, Any]], duration_minutes: int = 60) -> dict[str, Any]:
    """Slots."""
    return {"participants": participants, "duration_minutes": duration_minutes}


@mcp.tool()
async def add_duration(date_time: str, timezone: str, duration: str) -> dict[str, Any]:
    """A time later."""
    return {"date_time": date_time, "timezone": timezone, "duration": duration}


@mcp.tool()
async def time_between(start: str, end: str, timezones: list[str] | None = None) -> dict[str, Any]:
    """How long."""
    return {"start": start, "end": end, "timezones": timezones}


@mcp.tool()
async def check_working_hours(timezones: list[str], at: str = "now") -> dict[str, Any]:
    """Who works."""
    return {"timezones": timezones, "at": at}


if __name__ == "__main__":
    mcp.run()
