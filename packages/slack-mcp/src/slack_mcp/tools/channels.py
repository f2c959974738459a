"""Tools that list and create channels."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from mcp_chassis.failures import Conflict, Failure, PermissionDenied
from mcp_chassis.telemetry.observer import announce_reuse
from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, Fresh, IdempotencyKey, reads, writes
from pydantic import Field

from slack_mcp.access import Channel
from slack_mcp.connection import Slack, Workspace
from slack_mcp.errors import error_of
from slack_mcp.models import CreatedChannel, ListedChannel, ListedChannels
from slack_mcp.paged_list import Page, as_of
from slack_mcp.references import channel_name, folded
from slack_mcp.writing.message_body import check_pings

ChannelPage = Page[Channel]
PersonGiven = Annotated[str, Field(max_length=250, description="@handle, id or e-mail.")]
ChannelType = Literal["public", "private", "dm", "group_dm"]
ChannelQuery = Annotated[
    str | None, Field(max_length=80, description="Part of name, topic or purpose."), EMPTY_IS_ABSENT
]
ChannelTypes = Annotated[
    list[ChannelType] | None, Field(max_length=4, description="Default: public, private."), EMPTY_IS_ABSENT
]
TYPES = {"public": "public_channel", "private": "private_channel", "dm": "im", "group_dm": "mpim"}


@reads("List channels", may_take_minutes=True)
async def list_channels(
    slack: Slack,
    query: ChannelQuery = None,
    types: ChannelTypes = None,
    member_only: bool = False,
    max_results: Annotated[int, Field(ge=1, le=200)] = 50,
    fresh: Fresh = False,
    cursor: Cursor = None,
) -> ListedChannels:
    """List the channels the app can see, archived ones included."""
    chosen: list[ChannelType] = types or ["public", "private"]
    if {"dm", "group_dm"} & set(chosen):
        slack.access.check_dms()
    if fresh and not cursor:
        slack.channels.list_of(_slack_types(chosen), joined=member_only).refresh()
        slack.people.refresh()
        slack.guests.forget()
    try:
        return await _page(slack, chosen, query, member_only, max_results, cursor or None)
    except PermissionDenied as denied:
        if types or error_of(denied) != "missing_scope":
            raise
        page = await _page(slack, ["public"], query, member_only, max_results, cursor or None)
        return page.model_copy(update={"warnings": [f"Private channels are not listed: {denied.message}"]})


def _slack_types(types: Sequence[str]) -> list[str]:
    return [TYPES[name] for name in types]


async def _page(
    slack: Workspace,
    types: Sequence[ChannelType],
    query: str | None,
    joined: bool,
    max_results: int,
    cursor: str | None,
) -> ListedChannels:
    """Up to `max_results` channels; the cursor consists of a cursor of Slack and an index in its page."""
    begin, _, skip = (cursor or "").rpartition("@")
    found: list[Channel] = []
    passed, pages, warnings = int(skip or 0), list[ChannelPage](), list[str]()
    listed = slack.channels.list_of(_slack_types(types), joined=joined)
    started = listed.now()
    async for page in listed.pages(begin):
        pages.append(page)
        named, warnings = await _named(page.items, slack)
        for at, channel in enumerate(named[passed:], passed):
            if len(found) == max_results:
                dated = as_of(pages, started)
                return await _listed(found, f"{page.cursor}@{at}", warnings, slack, dated)
            if slack.access.readable(channel) and _holds(channel, query):
                found.append(channel)
        passed = 0
    following = f"{pages[-1].next_cursor}@0" if pages and pages[-1].next_cursor else None
    return await _listed(found, following, warnings, slack, as_of(pages, started))


async def _named(channels: Sequence[Channel], slack: Workspace) -> tuple[Sequence[Channel], list[str]]:
    """Set the names of direct messages to their partners' names, so that the query finds them."""
    if not any(channel.kind == "dm" for channel in channels):
        return channels, []
    names, warnings = await slack.people.names(channel.person for channel in channels)
    shown = [
        replace(channel, name=f"@{names.get(channel.person, channel.person)}") if channel.kind == "dm" else channel
        for channel in channels
    ]
    return shown, warnings


async def _listed(
    found: Sequence[Channel], next_cursor: str | None, warnings: list[str], slack: Workspace, dated: str | None
) -> ListedChannels:
    await announce_reuse("list_channels", dated)
    guests = await slack.guests.of_each(found)
    channels = [ListedChannel.from_channel(channel, str(who)) for channel, who in zip(found, guests, strict=True)]
    return ListedChannels(channels=channels, next_cursor=next_cursor, warnings=warnings or None, as_of=dated)


def _holds(channel: Channel, query: str | None) -> bool:
    wanted = folded((query or "").lstrip("#"))
    return any(wanted in folded(field) for field in (channel.name, channel.topic, channel.purpose))


@writes("Create a channel", destructive=False, idempotent=False)
async def create_channel(
    name: Annotated[str, Field(max_length=200)],
    slack: Slack,
    is_private: bool = False,
    description: Annotated[str | None, Field(max_length=250, description="Becomes the topic."), EMPTY_IS_ABSENT] = None,
    invite: Annotated[list[PersonGiven] | None, Field(max_length=100), EMPTY_IS_ABSENT] = None,
    idempotency_key: IdempotencyKey = None,
) -> CreatedChannel:
    """Create a channel; the name is changed to what Slack allows."""
    wanted = channel_name(name)
    slack.access.check_name(wanted, write=True)
    check_pings(description or "", slack.rules)
    made = await _made(wanted, is_private, slack)
    warnings = [*await _topic_set(made, description, slack), *await _invited(made, invite or [], slack)]
    slack.channels.forget()
    renamed = name if made.name != name.lstrip("#") else None
    return CreatedChannel(id=made.id, name=made.name, renamed_from=renamed, warnings=warnings or None)


async def _made(name: str, private: bool, slack: Workspace) -> Channel:
    try:
        made = await slack.api.conversations.create(name, private=private)
    except Conflict as taken:
        existing = await _holder(name, slack) if error_of(taken) == "name_taken" else None
        if existing is None:
            raise
        raise Conflict(
            f"#{name} exists already: {existing.id}.",
            remedy="Use it, or choose another name.",
            details={"id": existing.id, "name": existing.name, "archived": existing.archived},
        ) from taken
    finally:
        slack.channels.forget()
    return Channel(made.id, made.name or name, private=private, member=True)


async def _holder(name: str, slack: Workspace) -> Channel | None:
    """The readable channel with this name, from a list read again; None if there is none."""
    slack.channels.forget()
    try:
        return await slack.channels.channel_named(name)
    except Failure:
        return None


async def _topic_set(channel: Channel, topic: str | None, slack: Workspace) -> list[str]:
    """Set the topic of a new channel; a failure becomes a warning, since the channel exists already."""
    if not topic:
        return []
    try:
        await slack.api.conversations.set_topic(channel.id, topic)
    except Failure as failure:
        return [f"The channel was created without its topic: {failure.message}"]
    return []


async def _invited(channel: Channel, people: Sequence[str], slack: Workspace) -> list[str]:
    warnings: list[str] = []
    found: list[str] = []
    for given in people:
        try:
            found.append((await slack.people.resolve(given)).id)
        except Failure as failure:
            warnings.append(f"{given} was not invited: {failure.message}")
    try:
        if found:
            await slack.api.conversations.invite(channel.id, found)
    except Failure as failure:
        warnings.append(f"The channel was created, but nobody was invited: {failure.message}")
    return warnings
