"""Tool that lists the members of a channel."""

from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from slack_mcp.connection import Slack, Workspace
from slack_mcp.models import FoundUser, MemberList
from slack_mcp.tools.parameters import ChannelGiven

MAX_MEMBERS = 100


@reads("List members")
async def list_members(
    channel: ChannelGiven,
    slack: Slack,
    max_results: Annotated[int, Field(ge=1, le=MAX_MEMBERS)] = 50,
    cursor: Cursor = None,
) -> MemberList:
    """List who is in a channel, guests and people of other organisations marked."""
    place = await slack.channels.resolve(channel)
    page = await slack.api.conversations.members(place.id, limit=max_results, cursor=cursor)
    return (await described(page.users, slack)).model_copy(update={"next_cursor": page.next_cursor or None})


async def described(identities: Sequence[str], slack: Workspace) -> MemberList:
    """Look up people by id; those that Slack does not return are listed with their id only."""
    known = {person.id: person for person in await slack.people.by_ids(identities, max_lookups=MAX_MEMBERS)}
    users = [
        FoundUser.from_person(known[identity], contact=False)
        if identity in known
        else FoundUser(id=identity, name=identity, real_name=identity)
        for identity in identities
    ]
    unnamed = sum(1 for identity in identities if identity not in known)
    warnings = [f"{unnamed} of the people are shown by id: Slack returned no profile for them."] if unnamed else None
    return MemberList(users=users, warnings=warnings)
