"""Tool that finds people."""

from typing import Annotated

from mcp_chassis.telemetry.observer import announce_reuse
from mcp_chassis.tools import Fresh, reads
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.models import FoundUser, FoundUsers


@reads("Find people")
async def find_users(
    query: Annotated[str, Field(max_length=250, description="Name, handle, e-mail or id.")],
    slack: Slack,
    max_results: Annotated[int, Field(ge=1, le=100)] = 10,
    fresh: Fresh = False,
) -> FoundUsers:
    """Find people and their ids, bots included."""
    if fresh:
        slack.people.refresh()
    found, warning, as_of = await slack.people.search(query, max_results)
    await announce_reuse("find_users", as_of)
    users = [FoundUser.from_person(person) for person in found]
    return FoundUsers(users=users, as_of=as_of, warnings=[warning] if warning else None)
