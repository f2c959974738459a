"""Requests about conversations: find, create and change channels, direct messages and group direct messages."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mcp_chassis.failures import Failure

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.errors import error_behind
from slack_mcp.records.conversations import (
    ConversationRecord,
    CreatedConversationRecord,
    CreatedRecord,
    MembersRecord,
    PageRecord,
)

PAGE_SIZE = 999  # Slack wants fewer than a thousand


@dataclass(frozen=True)
class ConversationPage:
    conversations: list[ConversationRecord]
    next_cursor: str = ""


@dataclass(frozen=True)
class MemberPage:
    """One page of user ids of a conversation's members, with the cursor of the next page."""

    users: list[str]
    next_cursor: str = ""


class Conversations:
    """Slack's API methods about conversations, called with one token."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def info(self, identity: str) -> ConversationRecord:
        response = await self._web.sdk.conversations_info(channel=identity, include_num_members=True)
        return as_response(response).record(ConversationRecord, operation="read the channel's details", at="channel")

    async def page(self, types: Sequence[str], cursor: str, *, joined: bool) -> ConversationPage:
        """One page of the workspace's conversations; with `joined`, of those the app is a member of."""
        wanted: dict[str, Any] = {"types": ",".join(types), "cursor": cursor or None, "limit": PAGE_SIZE}
        if joined:
            response = as_response(await self._web.sdk.users_conversations(**wanted))
        else:
            response = as_response(await self._web.sdk.conversations_list(**wanted))
        operation = "list the channels"
        found = response.records(ConversationRecord, operation=operation, at="channels", noun="channels")
        page = response.record(PageRecord, operation=operation)
        return ConversationPage(found.items, page.response_metadata.next_cursor)

    async def create(self, name: str, *, private: bool) -> CreatedConversationRecord:
        response = await self._web.sdk.conversations_create(name=name, is_private=private)
        return as_response(response).record(CreatedRecord, operation="create the channel").channel

    async def open(self, users: Sequence[str]) -> str:
        """Open the direct message with these people, if needed, and return its id."""
        response = await self._web.sdk.conversations_open(users=",".join(users))
        return as_response(response).record(CreatedRecord, operation="open the direct message").channel.id

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._web.sdk.conversations_setTopic(channel=channel, topic=topic)

    async def set_purpose(self, channel: str, purpose: str) -> None:
        await self._web.sdk.conversations_setPurpose(channel=channel, purpose=purpose)

    async def rename(self, channel: str, name: str) -> None:
        await self._web.sdk.conversations_rename(channel=channel, name=name)

    async def join(self, channel: str) -> None:
        await self._web.sdk.conversations_join(channel=channel)

    async def leave(self, channel: str) -> None:
        await self._web.sdk.conversations_leave(channel=channel)

    async def archive(self, channel: str) -> None:
        await self._web.sdk.conversations_archive(channel=channel)

    async def remove(self, channel: str, user: str) -> None:
        await self._web.sdk.conversations_kick(channel=channel, user=user)

    async def invite(self, channel: str, users: Sequence[str]) -> None:
        """Invite people; on a refusal because some are members already, only the others are invited."""
        try:
            await self._web.sdk.conversations_invite(channel=channel, users=",".join(users))
        except Failure as refused:
            if error_behind(refused) != "already_in_channel":
                raise
            for user in users if len(users) > 1 else ():
                await self.invite(channel, [user])

    async def members(self, channel: str, *, limit: int, cursor: str | None) -> MemberPage:
        """One page of user ids of a conversation's members."""
        response = as_response(
            await self._web.sdk.conversations_members(channel=channel, limit=limit, cursor=cursor or None)
        )
        operation = "list the members"
        found = response.record(MembersRecord, operation=operation)
        page = response.record(PageRecord, operation=operation)
        return MemberPage(list(found.members), page.response_metadata.next_cursor)

    async def mark(self, channel: str, ts: str) -> None:
        await self._web.sdk.conversations_mark(channel=channel, ts=ts)
