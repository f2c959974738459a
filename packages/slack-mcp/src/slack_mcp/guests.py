"""Guests of a channel: its members who are not full members of the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio
from mcp_chassis.failures import Failure
from mcp_chassis.fan_out import fan_out
from mcp_chassis.storage.cache import Cache

from slack_mcp.access import Channel
from slack_mcp.client import SlackApi
from slack_mcp.paged_list import LIST_TTL_SECONDS
from slack_mcp.people_directory import PeopleDirectory

MAX_MEMBERS = 100
"""Maximum number of members of a channel that is checked for guests."""
MAX_SECONDS = 3.0
MAX_CHANNELS_AT_ONCE = 3
MAX_GUESTS_NAMED = 3
EXTERNAL_READERS = "People of other organisations, or guests, can read this conversation."


@dataclass(frozen=True)
class Guests:
    """Names of a channel's guests and of members from other organisations."""

    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        more = f" and {len(self.names) - MAX_GUESTS_NAMED} more" if len(self.names) > MAX_GUESTS_NAMED else ""
        return f"{', '.join(self.names[:MAX_GUESTS_NAMED])}{more}"


class GuestDirectory:
    """Looks up the guests of channels, within 3 s each, and caches them."""

    def __init__(self, api: SlackApi, people: PeopleDirectory) -> None:
        self._api = api
        self._people = people
        self._known: Cache[Guests] = Cache(entries=500)

    def forget(self) -> None:
        """Discard the cache, after somebody was invited or removed."""
        self._known.invalidate()

    async def warnings(self, channel: Channel) -> list[str]:
        """Warning for a message to a conversation that guests or people of other organisations can read, else empty."""
        if channel.external:
            return [EXTERNAL_READERS]
        guests = await self.of(channel)
        return [f"Guests can read this conversation: {guests}."] if guests.names else []

    async def of_each(self, channels: Sequence[Channel]) -> list[Guests]:
        """The guests of each channel; empty for all if there are more than three channels."""
        if len(channels) > MAX_CHANNELS_AT_ONCE:
            return [Guests() for _ in channels]
        return [outcome.value or Guests() for outcome in await fan_out(channels, self.of)]

    async def of(self, channel: Channel) -> Guests:
        """The guests of one channel; empty if it has more than 100 members or they cannot be read."""
        if channel.kind != "channel" or (channel.members or 0) > MAX_MEMBERS:
            return Guests()

        async def make() -> Guests:
            page = await self._api.conversations.members(channel.id, limit=MAX_MEMBERS, cursor=None)
            people = await self._people.by_ids(page.users) if not page.next_cursor else []
            return Guests(tuple(person.real_name for person in people if person.membership and not person.deleted))

        try:
            with anyio.move_on_after(MAX_SECONDS):
                return await self._known.get("guests", {"channel": channel.id}, "app", make, ttl=LIST_TTL_SECONDS)
        except Failure:
            pass
        return Guests()
