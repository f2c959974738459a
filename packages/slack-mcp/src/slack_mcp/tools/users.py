"""Finding people."""

from typing import Annotated

from mcp_chassis.tools import reads
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.models import FoundUser, FoundUsers


@reads("Find people")
async def find_users(
    query: Annotated[str, Field(max_length=250, description="Name, handle, e-mail or id.")],
    slack: Slack,
    max_results: Annotated[int, Field(ge=1, le=100)] = 10,
) -> FoundUsers:
    """Find people and their ids, bots included."""
    found, warning = await slack.people.search(query, max_results)
    return FoundUsers(
        users=[FoundUser.from_person(person) for person in found], warnings=[warning] if warning else None
    )
