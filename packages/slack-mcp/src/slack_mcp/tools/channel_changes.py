"""Tool that changes an existing channel: name, topic, purpose, members, archiving."""

from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import EMPTY_IS_ABSENT, writes
from pydantic import Field

from slack_mcp.channel_change import Action, ChannelChange
from slack_mcp.connection import Slack, Workspace
from slack_mcp.models import ChangedChannel
from slack_mcp.references import channel_name
from slack_mcp.tools.channels import PersonGiven
from slack_mcp.tools.parameters import ChannelGiven
from slack_mcp.writing.message_body import check_pings

OptionalName = Annotated[str | None, Field(max_length=200), EMPTY_IS_ABSENT]
OptionalText = Annotated[str | None, Field(max_length=250), EMPTY_IS_ABSENT]
OptionalPeople = Annotated[list[PersonGiven] | None, Field(max_length=30), EMPTY_IS_ABSENT]


@writes("Change a channel", destructive=True, idempotent=True)
async def update_channel(
    channel: ChannelGiven,
    slack: Slack,
    name: OptionalName = None,
    topic: OptionalText = None,
    purpose: OptionalText = None,
    invite: OptionalPeople = None,
    remove: OptionalPeople = None,
    action: Action | None = None,
) -> ChangedChannel:
    """Rename a channel, set topic or purpose, invite or remove people; the app joins, leaves or archives it."""
    check_pings(f"{topic or ''} {purpose or ''}", slack.rules)
    wanted = channel_name(name) if name else ""
    if wanted:
        slack.access.check_name(wanted, write=True)
    place = await slack.channels.resolve(channel, write=True)
    invited, removed = await _people(invite or (), slack), await _people(remove or (), slack)
    change = ChannelChange(wanted, topic or "", purpose or "", invited, removed, action)
    if change == ChannelChange(invited=invited, removed=removed) and not (invited or removed):
        raise InvalidInput("The call contains no change.", remedy="Give a name, topic, purpose, people or an action.")
    return ChangedChannel(id=place.id, name=wanted or place.name, done=await change.apply(place.id, slack))


async def _people(given: Sequence[str], slack: Workspace) -> list[str]:
    return [(await slack.people.resolve(one)).id for one in given]
