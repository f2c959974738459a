"""Requests about people, bots and user groups."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from dataclasses import dataclass

from slack_mcp.client.conversations import PAGE_SIZE
from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.conversations import PageRecord
from slack_mcp.records.users import BotRecord, GroupMembersRecord, UserGroupRecord, UserRecord


@dataclass(frozen=True)
class UserPage:
    users: list[UserRecord]
    next_cursor: str = ""


class Users:
    """Slack's API methods about people, bots and user groups, called with one token."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def info(self, identity: str) -> UserRecord:
        response = await self._web.sdk.users_info(user=identity)
        return as_response(response).record(UserRecord, operation="read the person's profile", at="user")

    async def by_email(self, address: str) -> UserRecord:
        response = await self._web.sdk.users_lookupByEmail(email=address)
        return as_response(response).record(UserRecord, operation="look up the e-mail address", at="user")

    async def page(self, cursor: str) -> UserPage:
        """One page of the workspace's people, including bots and people who have left."""
        response = as_response(await self._web.sdk.users_list(cursor=cursor or None, limit=PAGE_SIZE))
        operation = "list the people"
        found = response.records(UserRecord, operation=operation, at="members", noun="people")
        page = response.record(PageRecord, operation=operation)
        return UserPage(found.items, page.response_metadata.next_cursor)

    async def bot(self, identity: str) -> BotRecord:
        response = await self._web.sdk.bots_info(bot=identity)
        return as_response(response).record(BotRecord, operation="read the bot's name", at="bot")

    async def groups(self) -> list[UserGroupRecord]:
        response = as_response(await self._web.sdk.usergroups_list())
        operation = "list the user groups"
        return response.records(UserGroupRecord, operation=operation, at="usergroups", noun="user groups").items

    async def group_members(self, group: str) -> list[str]:
        """User ids of a user group's members."""
        response = as_response(await self._web.sdk.usergroups_users_list(usergroup=group))
        return list(response.record(GroupMembersRecord, operation="list the user group's members").users)

    async def set_status(self, text: str, emoji: str, expires: int) -> None:
        """Set the status of the token's person; `expires` is in Unix seconds, 0 for a status that does not expire."""
        profile = {"status_text": text, "status_emoji": emoji, "status_expiration": expires}
        await self._web.sdk.users_profile_set(profile=profile)
