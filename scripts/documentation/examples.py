"""Calls whose answers the reference shows: each is made when the site is built, without a network."""

import json
from dataclasses import dataclass
from typing import Any

from mcp.client import Client
from mcp_chassis.testing import connected, text
from servers import servers

LONGEST_ANSWER = 1500  # characters
CALLS: dict[str, dict[str, dict[str, Any]]] = {
    "first-server": {"calculate": {"expression": "0.1 + 0.2"}},
    "timezone-mcp": {
        "convert_timezone": {
            "date_time": "2026-03-29T02:30",
            "from_timezone": "Paris",
            "to_timezone": ["America/New_York", "Tokyo"],
        },
        "add_duration": {"date_time": "2026-03-28T09:00", "timezone": "Europe/Paris", "duration": "P1D"},
        "time_between": {"start": "2026-03-28T09:00", "end": "2026-03-30T10:00", "timezones": ["Europe/Paris"]},
        "get_timezone": {"timezone": "Kathmandu", "at": "2026-07-01T09:00"},
        "search_timezones": {"query": "Samoa"},
        "check_working_hours": {"timezones": ["Asia/Tokyo", "Europe/London"], "at": "2026-03-02T09:00Z"},
        "find_meeting_slots": {"participants": [{"timezone": "Asia/Tokyo"}, {"timezone": "Europe/London"}]},
    },
}


@dataclass(frozen=True)
class Example:
    """The arguments of a call and the text that it answered."""

    arguments: str
    answer: str


async def examples(name: str) -> dict[str, Example]:
    """The examples of a server by tool."""
    calls = CALLS.get(name, {})
    if not calls:
        return {}
    async with connected(servers()[name]) as client:
        return {tool: await example(client, tool, given) for tool, given in calls.items()}


async def example(client: Client, tool: str, given: dict[str, Any]) -> Example:
    result = await client.call_tool(tool, given)
    if result.is_error:
        raise RuntimeError(f"The example of {tool} failed: {text(result)}")
    answer = text(result)
    shown = answer if len(answer) <= LONGEST_ANSWER else f"{answer[:LONGEST_ANSWER]} ... (cut here)"
    return Example(json.dumps(given, ensure_ascii=False), shown)
