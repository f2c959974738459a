"""Channels of the workspace: resolves references, reads lists page by page, applies the access rules."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from mcp_chassis.failures import Failure, NotFound, PermissionDenied, TimedOut
from mcp_chassis.storage.cache import Cache

from slack_mcp.access import Access, Channel, Kind
from slack_mcp.client import SlackApi
from slack_mcp.errors import error_of
from slack_mcp.paged_list import LIST_TTL_SECONDS, Page, PagedList
from slack_mcp.people_directory import PeopleDirectory
from slack_mcp.records.conversations import ConversationRecord, PlaceRecord
from slack_mcp.references import CHANNEL_REFERENCE_REMEDY, channel_reference, folded, normalized

MAX_CACHED_CHANNELS = 2_000
MAX_LABEL_LOOKUPS = 10
CHANNEL_TYPES = ("public_channel", "private_channel")
CALL_AGAIN = "Repeat the same call: it continues with the rest of the list."
GROUP_DM_PREFIX = "mpdm-"
GROUP_DM_NUMBER = re.compile(r"-[0-9]+$")


def channel_from_record(found: PlaceRecord, identity: str = "") -> Channel:
    """Convert a Slack record of a conversation; `identity` is used where the record has no id."""
    known = found.id or identity
    kind: Kind = "dm" if found.is_im or known.startswith("D") else "group_dm" if found.is_mpim else "channel"
    if not isinstance(found, ConversationRecord):
        name = (found.user or found.name) if kind == "dm" else found.name
        partner = name if kind == "dm" else ""
        return Channel(known, name, kind=kind, private=found.is_private, external=found.is_ext_shared, person=partner)
    return Channel(
        id=known,
        name=found.name or found.user,
        kind=kind,
        private=found.is_private or found.is_group,
        member=kind != "channel" if found.is_member is None else found.is_member,
        archived=found.is_archived,
        members=found.num_members,
        topic=found.topic.value,
        purpose=found.purpose.value,
        external=found.is_ext_shared or found.is_pending_ext_shared,
        person=found.user if kind == "dm" else "",
    )


def handles_of_group(name: str) -> list[str]:
    """Handles of the members in the name of a group direct message, such as `mpdm-alice--bob-1`."""
    return GROUP_DM_NUMBER.sub("", name.removeprefix(GROUP_DM_PREFIX)).split("--")


class ChannelDirectory:
    """Looks up channels by reference and lists them, within the access rules; results are cached.

    Args:
        clock: monotonic time in seconds.
        person: the API with a person's token, used for a conversation that the app cannot see.
    """

    def __init__(
        self,
        api: SlackApi,
        people: PeopleDirectory,
        access: Access,
        clock: Callable[[], float] = time.monotonic,
        person: SlackApi | None = None,
    ) -> None:
        self.access = access
        self._person = person
        self._api = api
        self._people = people
        self._clock = clock
        self._known: Cache[Channel] = Cache(entries=MAX_CACHED_CHANNELS, clock=clock)
        self._lists: dict[tuple[str, bool], PagedList[Channel]] = {}
        self._ids_by_name: dict[str, str] = {}

    async def resolve(self, given: str, *, write: bool = False) -> Channel:
        """Find the conversation for a name, id, link or mention, and check that it may be read or written.

        Raises:
            PermissionDenied: when the access rules forbid it.
            NotFound: when there is no such conversation; the details list similar names.
            TimedOut: when the list was not read to its end in this call; the next call continues.
        """
        reference = channel_reference(given)
        if reference.user and not (reference.name and await self._is_unknown_user(reference.user)):
            return await self._direct_message(reference.user, write=write)
        if reference.users:
            return await self._group_message(reference.users, write=write)
        if reference.name and not reference.id:
            self.access.check_name(reference.name, write=write)
        channel = await self._by_reference(reference.id, reference.name)
        self.access.check(channel, write=write)
        return channel

    async def _is_unknown_user(self, user: str) -> bool:
        """Whether a word that looks like a user id names no person; always true where direct messages are closed."""
        if not self.access.dms:
            return True
        try:
            await self._people.person(user)
        except NotFound:
            return True
        return False

    async def channel_named(self, name: str) -> Channel | None:
        """The channel of exactly this name, or None if the app cannot see it or may not read it."""
        async for page in self.list_of(CHANNEL_TYPES).pages():
            for channel in page.items:
                if channel.name == name:
                    return channel if self.access.readable(channel) else None
        return None

    def list_of(self, types: Sequence[str], *, joined: bool = False) -> PagedList[Channel]:
        """The list of all conversations of these types; with `joined`, of those the app is a member of."""
        key = ",".join(types), joined

        async def read(cursor: str) -> tuple[list[Channel], str]:
            page = await self._api.conversations.page(types, cursor, joined=joined)
            channels = [channel_from_record(found) for found in page.conversations]
            for channel in channels:
                if channel.kind == "channel" and channel.id:
                    self._ids_by_name[channel.name] = channel.id
            return [replace(channel, member=True) if joined else channel for channel in channels], page.next_cursor

        return self._lists.setdefault(key, PagedList(read, self._clock))

    async def labels(self, identities: set[str]) -> dict[str, str]:
        """Names by id of channels that a text mentions; channels that may not be read are left out."""
        found: dict[str, str] = {}
        for identity in sorted(filter(None, identities))[:MAX_LABEL_LOOKUPS]:
            try:
                channel = await self._by_id(identity)
            except Failure:
                continue
            if channel.kind == "channel" and self.access.readable(channel):
                found[identity] = channel.name
        return found

    def forget(self) -> None:
        """Discard all cached channels and lists, after a channel was created or changed."""
        self._known.invalidate()
        self._ids_by_name.clear()
        for listed in self._lists.values():
            listed.forget()

    async def _by_reference(self, identity: str, name: str) -> Channel:
        if not identity:
            return await self._by_name(name)
        try:
            return await self._by_id(identity)
        except NotFound:
            if not name:
                raise
        self.access.check_name(name, write=False)
        return await self._by_name(name)

    async def _direct_message(self, user: str, *, write: bool) -> Channel:
        """The direct message with one person; with `write` it is opened if it does not exist."""
        self.access.check_dms()
        person = await self._people.resolve(user)
        identity = await (self._opened([person.id]) if write else self._id_of_direct_message(person.id))
        name, external = f"@{person.handle}", person.is_external
        return Channel(identity, name, "dm", private=True, member=True, external=external, person=person.id)

    async def _group_message(self, users: Sequence[str], *, write: bool) -> Channel:
        """The group direct message with these people; with `write` it is opened if it does not exist."""
        self.access.check_dms()
        people = [await self._people.resolve(user) for user in users]
        identity = await (
            self._opened([person.id for person in people])
            if write
            else self._id_of_group_message({person.handle for person in people})
        )
        name = ", ".join(f"@{person.handle}" for person in people)
        external = any(person.is_external for person in people)
        return Channel(identity, name, kind="group_dm", private=True, member=True, external=external)

    async def _opened(self, people: Sequence[str]) -> str:
        """Open the direct message with these people and return its id; cached lists without it are discarded."""
        identity = await self._api.conversations.open(people)
        for (types, _), listed in self._lists.items():
            if "im" in types:  # The lists for "mpim" contain group direct messages.
                listed.forget_without(lambda channel: channel.id == identity)
        return identity

    async def _id_of_group_message(self, handles: set[str]) -> str:
        """Id of the group direct message with these handles and the token's own, compared with the group's name."""
        own = (await self._api.identity()).user
        listed = self.list_of(("mpim",))
        async for page in listed.pages():
            for channel in page.items:
                if set(handles_of_group(channel.name)) - {own} == handles - {own}:
                    return channel.id
        if not listed.complete:
            raise TimedOut(f"The group is not among the first {listed.size:,} read.", remedy=CALL_AGAIN)
        raise NotFound(
            "No group direct message with these people exists yet.",
            remedy='list_channels with types=["group_dm"] lists them; send_message opens one.',
        )

    async def _id_of_direct_message(self, user: str) -> str:
        listed = self.list_of(("im",))
        async for page in listed.pages():
            for channel in page.items:
                if channel.name == user:
                    return channel.id
        if not listed.complete:
            raise TimedOut(f"The direct message is not among the first {listed.size:,} read.", remedy=CALL_AGAIN)
        raise NotFound("No direct message with this person exists yet.", remedy="send_message opens one.")

    async def _by_id(self, identity: str) -> Channel:
        if identity.startswith("D"):
            self.access.check_dms()

        async def make() -> Channel:
            try:
                return channel_from_record(await self._api.conversations.info(identity), identity)
            except NotFound:
                if self._person is None:
                    raise
                return channel_from_record(await self._person.conversations.info(identity), identity)

        try:
            return await self._known.get("conversations.info", {"channel": identity}, "app", make, ttl=LIST_TTL_SECONDS)
        except PermissionDenied as denied:
            if error_of(denied) != "missing_scope":
                raise
            return self._unknown(identity, denied)

    def _unknown(self, identity: str, denied: PermissionDenied) -> Channel:
        """A channel without a name or kind, for a token that may not look it up; allowed only if no rule is set."""
        if self.access.unrestricted:
            return Channel(identity, "")
        raise PermissionDenied(
            "Without channels:read and groups:read this server cannot check whether the channel is allowed.",
            details=denied.details,
        ) from denied

    async def _by_name(self, name: str) -> Channel:
        """Find a channel by name, in the cache or the list; without groups:read among public channels only."""
        if name.startswith(GROUP_DM_PREFIX):
            self.access.check_dms()
            return await self._listed(name, ("mpim",))
        if name in self._ids_by_name and (known := await self._still_called(name)):
            return known
        try:
            return await self._listed(name, CHANNEL_TYPES)
        except PermissionDenied as denied:
            if error_of(denied) != "missing_scope":
                raise
        return await self._listed(name, CHANNEL_TYPES[:1])

    async def _still_called(self, name: str) -> Channel | None:
        """The channel that had this name in an earlier list, or None if it has another name now.

        Cached pages are searched first, since they need no request.
        """
        for listed in self._lists.values():
            for page in listed.cached_pages:
                for channel in page.items:
                    if channel.name == name:
                        return channel
        try:
            channel = await self._by_id(self._ids_by_name[name])
        except Failure:
            return None
        return channel if channel.name == name else None

    async def _listed(self, name: str, types: Sequence[str]) -> Channel:
        names: list[str] = []
        page: Page[Channel] | None = None
        similar: Channel | None = None
        listed = self.list_of(types)
        async for page in listed.pages():
            for channel in page.items:
                if normalized(channel.name) == name:
                    return channel
                if folded(channel.name) == folded(name):
                    similar = channel
            names += [channel.name for channel in page.items if self.access.readable(channel)]
        if page is not None and page.next_cursor:
            raise TimedOut(
                f"#{name} is not among the first {len(names):,} channels; Slack has more.",
                remedy="Repeat the same call: it continues there. A channel id or link needs no search.",
                retry_after_seconds=1,
            )
        if similar is not None:
            return similar
        close = [f"#{near}" for near in get_close_matches(name, names, n=5)]
        raise NotFound(
            f"No channel that the app can see is named #{name}.",
            remedy=CHANNEL_REFERENCE_REMEDY,
            details={"close": close} if close else None,
        )
