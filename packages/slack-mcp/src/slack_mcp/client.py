"""Slack's Web API as the tools need it: what is asked, in which lane, and what may be asked again."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures hold bare dicts and untyped keywords; this is the one module that calls them.

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

import anyio
from mcp_chassis.failures import AuthenticationFailed, Failure, NotFound, RateLimited
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.settings import Credential

from slack_mcp.errors import error_of
from slack_mcp.history_rate_limit import NOTICE, HistoryLimit
from slack_mcp.methods import METHODS, POSTS
from slack_mcp.rendering.json_node import Node, part, parts, text
from slack_mcp.sdk_client import Json, web_client
from slack_mcp.writing.message_body import Body

EVENT_TYPE = "toolroll_message"
LOOKED_BACK = 120.0
LOOKS = 2
PAGE = 999  # Slack wants fewer than a thousand
PAUSE_BETWEEN_LOOKS = 0.5
HISTORY = {"conversations.history", "conversations.replies"}


class SlackApi:
    """One app's view of a workspace.

    Args:
        bot: the API with the app's token.
        searching: the API with a person's token, which only searching uses.
        credential: the app's token, read again when Slack refuses it.
    """

    def __init__(self, bot: JsonApi, searching: JsonApi | None, credential: Credential, limit: HistoryLimit) -> None:
        self.limit = limit
        self.can_search = searching is not None
        self.scopes = ""  # as Slack told them with its last answer
        self._bot = bot
        self._searching = searching
        self._credential = credential
        self._web = web_client(self._ask)

    @property
    def configured(self) -> bool:
        """Whether there is a token to ask with."""
        return self._credential.present

    # Reading

    async def identity(self) -> Json:
        return _read(await self._web.auth_test())

    async def history(
        self, channel: str, *, limit: int, oldest: str | None, latest: str | None, cursor: str | None
    ) -> Json:
        """One page of a channel, newest first."""
        asked = self._web.conversations_history(
            channel=channel, limit=limit, oldest=oldest, latest=latest, cursor=cursor, inclusive=True
        )
        return self._noticed(_read(await asked), limit)

    async def replies(self, channel: str, ts: str, *, limit: int, cursor: str | None) -> Json:
        """One page of a thread, oldest first."""
        asked = self._web.conversations_replies(channel=channel, ts=ts, limit=limit, cursor=cursor)
        return self._noticed(_read(await asked), limit)

    async def channel(self, identity: str) -> Json:
        found = _read(await self._web.conversations_info(channel=identity, include_num_members=True))
        return part(found, "channel")

    async def channels(self, types: Sequence[str], cursor: str | None, *, joined: bool) -> Json:
        """One page of the workspace's conversations, or of those the app is in."""
        wanted: dict[str, Any] = {"types": ",".join(types), "cursor": cursor or None, "limit": PAGE}
        if joined:
            return _read(await self._web.users_conversations(**wanted))
        return _read(await self._web.conversations_list(**wanted))

    async def user(self, identity: str) -> Json:
        return part(_read(await self._web.users_info(user=identity)), "user")

    async def user_by_email(self, address: str) -> Json:
        return part(_read(await self._web.users_lookupByEmail(email=address)), "user")

    async def users(self, cursor: str | None) -> Json:
        return _read(await self._web.users_list(cursor=cursor or None, limit=PAGE))

    async def groups(self) -> list[Node]:
        return parts(_read(await self._web.usergroups_list()), "usergroups")

    async def search(self, query: str, *, count: int, page: int, sort: str) -> Json:
        found = self._web.search_messages(query=query, count=count, page=page, sort=sort, sort_dir="desc")
        return part(_read(await found), "messages")

    # Writing

    async def post(self, channel: str, body: Body, thread_ts: str | None) -> Json:
        """Post once, with a mark in its metadata by which it is found again if the answer is lost."""
        return _read(
            await self._web.chat_postMessage(
                channel=channel,
                text=body.text,
                blocks=body.blocks,
                thread_ts=thread_ts,
                unfurl_links=body.previews,
                unfurl_media=body.previews,
                link_names=False,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": uuid4().hex}},
            )
        )

    async def update(self, channel: str, ts: str, body: Body) -> Json:
        edit = self._web.chat_update(channel=channel, ts=ts, text=body.text, blocks=body.blocks or [], link_names=False)
        return _read(await edit)

    async def delete(self, channel: str, ts: str) -> bool:
        """Whether it was there: an answer may have been lost, and the second time it is gone already."""
        try:
            await self._web.chat_delete(channel=channel, ts=ts)
        except NotFound as missing:
            if error_of(missing) != "message_not_found":
                raise
            return False
        return True

    async def react(self, channel: str, ts: str, name: str) -> None:
        await self._web.reactions_add(channel=channel, timestamp=ts, name=name)

    async def unreact(self, channel: str, ts: str, name: str) -> None:
        await self._web.reactions_remove(channel=channel, timestamp=ts, name=name)

    async def create_channel(self, name: str, *, private: bool) -> Json:
        return part(_read(await self._web.conversations_create(name=name, is_private=private)), "channel")

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._web.conversations_setTopic(channel=channel, topic=topic)

    async def invite(self, channel: str, users: Sequence[str]) -> None:
        await self._web.conversations_invite(channel=channel, users=",".join(users))

    async def open_dm(self, user: str) -> str:
        return text(part(_read(await self._web.conversations_open(users=user)), "channel"), "id")

    # The way out

    async def _ask(self, name: str, given: Json) -> Json:
        """One method, form-encoded; what says that it was done already is a success."""
        try:
            return await self._posted(name, given)
        except AuthenticationFailed:
            if not self._credential.reload():
                raise
            return await self._posted(name, given)
        except Failure as failure:
            if error_of(failure) in METHODS[name].done:
                return {"ok": True}
            raise self._told(name, failure) from failure

    async def _posted(self, name: str, given: Json) -> Json:
        method, http = METHODS[name], self._http(name)
        if name in HISTORY:
            self.limit.asked()
        answer = await http.post(
            "/{method}",
            {"method": name},
            form={key: _encoded(value) for key, value in given.items()},
            repeat=method.repeat,
            rate_limit=f"{POSTS}:{given['channel']}" if name == "chat.postMessage" else name if method.tier else None,
            recover=(lambda: self._look_for(given)) if self._can_look(name) else None,
            check=method.check,
        )
        self.scopes = answer.headers.get("x-oauth-scopes", self.scopes)
        return {**answer.json, "recovered": True} if answer.recovered else answer.json

    def _http(self, name: str) -> JsonApi:
        return self._searching if name == "search.messages" and self._searching is not None else self._bot

    def _told(self, name: str, failure: Failure) -> Failure:
        """A limit of history that comes too soon is the one for some apps, and the reader should know."""
        if not isinstance(failure, RateLimited) or name not in HISTORY:
            return failure
        self.limit.refused()
        if not self.limit.known:
            return failure
        wait = f"Wait {failure.retry_after_seconds:.0f} s." if failure.retry_after_seconds else ""
        return RateLimited(
            f"{NOTICE} {wait}".strip(), retry_after_seconds=failure.retry_after_seconds, effect=failure.effect
        )

    def _noticed(self, page: Json, wanted: int) -> Json:
        more = bool(text(part(page, "response_metadata"), "next_cursor"))
        self.limit.answered(wanted, len(parts(page, "messages")), more=more)
        return page

    def _can_look(self, name: str) -> bool:
        """A look-up costs a read of history, which some apps have one of a minute."""
        return name == "chat.postMessage" and not self.limit.known

    async def _look_for(self, given: Json) -> Json | None:
        """The message that bears the mark of a lost post; it may come a moment after its answer was lost."""
        mark = given["metadata"]["event_payload"]["id"]
        for look in range(LOOKS):
            if look:
                await anyio.sleep(PAUSE_BETWEEN_LOOKS)
            for message in await self._latest(given["channel"], given.get("thread_ts")):
                if text(part(message, "metadata", "event_payload"), "id") == mark:
                    return {"ok": True, "channel": given["channel"], "ts": message["ts"]}
        return None

    async def _latest(self, channel: str, thread_ts: str | None) -> list[Node]:
        oldest = f"{time.time() - LOOKED_BACK:.6f}"
        marked: dict[str, Any] = {"channel": channel, "limit": 100, "include_all_metadata": True, "oldest": oldest}
        if thread_ts:
            return parts(_read(await self._web.conversations_replies(ts=thread_ts, **marked)), "messages")
        return parts(_read(await self._web.conversations_history(**marked)), "messages")


def _encoded(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, list | dict) else value


def _read(answer: object) -> Json:
    """slack-sdk types its own response; what comes is the answer's JSON."""
    return cast("Mapping[str, Any]", answer)
