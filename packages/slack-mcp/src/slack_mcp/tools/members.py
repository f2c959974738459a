"""Members of channels."""

from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.fan_out import fan_out
from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from slack_mcp.connection import Slack, Workspace
from slack_mcp.models import FoundUser, MemberList
from slack_mcp.tools.parameters import ChannelGiven


@reads("List members")
async def list_members(
    channel: ChannelGiven,
    slack: Slack,
    max_results: Annotated[int, Field(ge=1, le=100)] = 50,
    cursor: Cursor = None,
) -> MemberList:
    """List who is in a channel, guests and people of other organisations marked."""
    place = await slack.channels.resolve(channel)
    page = await slack.api.conversations.members(place.id, limit=max_results, cursor=cursor)
    return (await described(page.users, slack)).model_copy(update={"next_cursor": page.next_cursor or None})


async def described(identities: Sequence[str], slack: Workspace) -> MemberList:
    """People by id with what is known of them; those whom Slack does not describe are shown by id."""
    outcomes = await fan_out(identities, slack.people.person)
    users = [
        FoundUser.from_person(outcome.value, contact=False)
        if outcome.value
        else FoundUser(id=outcome.item, name=outcome.item, real_name=outcome.item)
        for outcome in outcomes
    ]
    unnamed = sum(1 for outcome in outcomes if outcome.value is None)
    warnings = [f"{unnamed} of them are shown by id: Slack does not describe them."] if unnamed else None
    return MemberList(users=users, warnings=warnings)
