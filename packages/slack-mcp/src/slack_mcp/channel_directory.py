"""Channels: what a name, id or link stands for, and listing them; the allow-lists are asked in every case."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from mcp_chassis.failures import Failure, NotFound, PermissionDenied
from mcp_chassis.storage.cache import Cache

from slack_mcp.access import Access, Channel, Kind
from slack_mcp.client import SlackApi
from slack_mcp.errors import error_of
from slack_mcp.paged_list import KEPT_SECONDS, Listing, Page
from slack_mcp.people_directory import People
from slack_mcp.references import HOW_CHANNELS_ARE_NAMED, channel_reference
from slack_mcp.rendering.json_node import Node, part, parts, text

KEPT_CHANNELS = 2_000
CHANNEL_TYPES = ("public_channel", "private_channel")


def channel_from(found: Node) -> Channel:
    """A conversation as Slack tells one."""
    kind: Kind = "dm" if found.get("is_im") else "group_dm" if found.get("is_mpim") else "channel"
    count = found.get("num_members")
    return Channel(
        id=str(found["id"]),
        name=text(found, "name") or text(found, "user"),
        kind=kind,
        private=bool(found.get("is_private") or found.get("is_group")),
        member=bool(found.get("is_member", kind != "channel")),
        archived=bool(found.get("is_archived")),
        members=count if isinstance(count, int) else None,
        topic=text(part(found, "topic"), "value"),
        purpose=text(part(found, "purpose"), "value"),
    )


class Channels:
    """The channels of the workspace, as far as this server may know them. `clock` gives seconds that only grow."""

    def __init__(
        self, api: SlackApi, people: People, access: Access, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.access = access
        self._api = api
        self._people = people
        self._known: Cache[Channel] = Cache(entries=KEPT_CHANNELS, clock=clock)
        self._listings: dict[tuple[str, bool], Listing[Channel]] = {}

    async def resolve(self, given: str, *, write: bool = False) -> Channel:
        """The channel that is meant, if it may be read, or written.

        Raises:
            PermissionDenied: when it may not.
            NotFound: when there is none, with names that are close.
        """
        reference = channel_reference(given)
        if reference.user:
            return await self._dm(reference.user, write=write)
        if reference.name:
            self.access.check_name(reference.name, write=write)
        channel = await (self._by_id(reference.id) if reference.id else self._by_name(reference.name))
        self.access.check(channel, write=write)
        return channel

    async def called(self, name: str) -> Channel | None:
        """The channel of exactly this name, if it can be seen and read."""
        async for page in self.listing(CHANNEL_TYPES).pages():
            for channel in page.items:
                if channel.name == name:
                    return channel if self.access.readable(channel) else None
        return None

    def listing(self, types: Sequence[str], *, joined: bool = False) -> Listing[Channel]:
        """All conversations of these types, or those the app is in."""
        key = ",".join(types), joined

        async def ask(cursor: str) -> tuple[list[Channel], str]:
            found = await self._api.channels(types, cursor, joined=joined)
            channels = [channel_from(channel) for channel in parts(found, "channels")]
            following = text(part(found, "response_metadata"), "next_cursor")
            return [replace(channel, member=True) if joined else channel for channel in channels], following

        return self._listings.setdefault(key, Listing("conversations", ask))

    async def labels(self, identities: set[str]) -> dict[str, str]:
        """Names of channels that a text mentions by id alone, as far as they may be read; at most ten are looked up."""
        found: dict[str, str] = {}
        for identity in sorted(identities)[:10]:
            try:
                channel = await self._by_id(identity)
            except Failure:
                continue
            if channel.kind == "channel" and self.access.readable(channel):
                found[identity] = channel.name
        return found

    def forget(self) -> None:
        """Read everything anew: a channel was made or changed."""
        self._known.invalidate()
        for listing in self._listings.values():
            listing.forget()

    async def _dm(self, user: str, *, write: bool) -> Channel:
        """The conversation with somebody; reading finds one that is there, only writing opens a new one."""
        self.access.check_dms()
        person = await self._people.resolve(user)
        identity = await (self._api.open_dm(person.id) if write else self._dm_with(person.id))
        return Channel(identity, f"@{person.handle}", kind="dm", private=True, member=True)

    async def _dm_with(self, user: str) -> str:
        async for page in self.listing(("im",)).pages():
            for channel in page.items:
                if channel.name == user:
                    return channel.id
        raise NotFound("There is no direct conversation with this person yet.", remedy="send_message begins one.")

    async def _by_id(self, identity: str) -> Channel:
        if identity.startswith("D"):
            self.access.check_dms()

        async def make() -> Channel:
            return channel_from(await self._api.channel(identity))

        try:
            return await self._known.get("conversations.info", {"channel": identity}, "app", make, ttl=KEPT_SECONDS)
        except PermissionDenied as denied:
            if error_of(denied) != "missing_scope":
                raise
            return self._unknown(identity, denied)

    def _unknown(self, identity: str, denied: PermissionDenied) -> Channel:
        """A channel that cannot be looked at is used only where no rule depends on what it is."""
        if self.access.everything:
            return Channel(identity, "")
        raise PermissionDenied(
            "Without channels:read and groups:read this server cannot tell whether the channel is allowed.",
            details=denied.details,
        ) from denied

    async def _by_name(self, name: str) -> Channel:
        """From pages read on demand; a list that the token may not read in full is read for public channels."""
        try:
            return await self._listed(name, CHANNEL_TYPES)
        except PermissionDenied as denied:
            if error_of(denied) != "missing_scope":
                raise
        return await self._listed(name, CHANNEL_TYPES[:1])

    async def _listed(self, name: str, types: Sequence[str]) -> Channel:
        names: list[str] = []
        page: Page[Channel] | None = None
        async for page in self.listing(types).pages():
            for channel in page.items:
                if channel.name == name:
                    return channel
            names += [channel.name for channel in page.items if self.access.readable(channel)]
        close = [f"#{near}" for near in get_close_matches(name, names, n=5)]
        looked = f" among the first {len(names):,}" if page and page.following else ""
        raise NotFound(
            f"No channel is called #{name}{looked}, or it is hidden from the app.",
            remedy=HOW_CHANNELS_ARE_NAMED,
            details={"close": close} if close else None,
        )
