"""What tools receive: the workspace as one app sees it, made without asking Slack anything."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Annotated

import anyio
from mcp_chassis.failures import Failure
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.server import Probe
from mcp_chassis.settings import Credential
from mcp_chassis.storage.cache import Cache
from mcp_chassis.tools import Connected
from mcp_chassis.upstream.service import Upstream

from slack_mcp.access import Access
from slack_mcp.channel_directory import Channels
from slack_mcp.client import SlackApi
from slack_mcp.errors import failure_for
from slack_mcp.history_rate_limit import HistoryLimit
from slack_mcp.methods import rate_limits
from slack_mcp.paged_list import KEPT_SECONDS
from slack_mcp.people_directory import People
from slack_mcp.rendering.json_node import text
from slack_mcp.sdk_client import Json
from slack_mcp.settings import SlackSettings
from slack_mcp.writing.message_body import Rules

LONGEST_FOR_A_LINK = 3.0
"""Seconds that a message's address may take, once the message is there."""


class Workspace:
    """The connection. `now` is the time of day in seconds since 1970."""

    def __init__(self, api: SlackApi, settings: SlackSettings, now: Callable[[], float] = time.time) -> None:
        self.api = api
        self.settings = settings
        self.now = now
        self.access = Access(settings.allowed_channels, settings.write_channels, dms=settings.allow_dms)
        self.people = People(api)
        self.channels = Channels(api, self.people, self.access)
        self.rules = Rules(settings.allow_broadcasts, settings.unfurl_domains)
        self._identity: Cache[Json] = Cache(entries=1)
        self._groups: Cache[dict[str, str]] = Cache(entries=1)

    async def identity(self) -> Json:
        """Who the app is; asked once an hour."""
        return await self._identity.get("auth.test", {}, "app", self.api.identity, ttl=3_600)

    async def groups(self) -> dict[str, str]:
        """Handles of user groups by id; none where the token may not list them."""

        async def make() -> dict[str, str]:
            return {text(group, "id"): text(group, "handle") for group in await self.api.groups()}

        try:
            return await self._groups.get("usergroups.list", {}, "app", make, ttl=KEPT_SECONDS)
        except Failure:
            return {}

    async def permalink(self, channel: str, ts: str, thread_ts: str | None) -> str | None:
        """A message's address; none where the workspace's cannot be had soon: the message stands all the same."""
        link = (await self.permalinks(channel, [ts]))[0]
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if link and thread_ts else link

    async def permalinks(self, channel: str, stamps: Sequence[str]) -> list[str | None]:
        """The addresses of messages of one channel, or as many times none."""
        home = ""
        with anyio.move_on_after(LONGEST_FOR_A_LINK), suppress(Failure):
            home = text(await self.identity(), "url").rstrip("/")
        return [f"{home}/archives/{channel}/p{ts.replace('.', '')}" if home else None for ts in stamps]


Slack = Annotated[Workspace, Connected]


@asynccontextmanager
async def connect(settings: SlackSettings) -> AsyncGenerator[Workspace]:
    """Everything the tools need; no network is touched before the first call."""
    upstream = Upstream("Slack", policy=settings, rate_limits=rate_limits(settings.pace, settings.posts_per_second))
    main = "bot_token" if settings.bot_token is not None or settings.user_token is None else "user_token"
    credential, person = settings.credential(main), settings.credential("user_token")
    async with AsyncExitStack() as opened:
        bot = await opened.enter_async_context(_json_api(settings, upstream, credential))
        searching = _json_api(settings, upstream, person) if person.present else None
        if searching is not None:
            await opened.enter_async_context(searching)
        yield Workspace(SlackApi(bot, searching, credential, HistoryLimit()), settings)


def _json_api(settings: SlackSettings, upstream: Upstream, credential: Credential) -> JsonApi:
    return JsonApi(
        settings.api_url,
        upstream=upstream,
        headers=lambda: {"authorization": f"Bearer {credential.reveal()}"},
        credential=credential,
        failure_for=partial(failure_for, token=credential.variable),
    )


async def probe(workspace: Workspace) -> list[Probe]:
    """Whether Slack takes the token, where there is one."""
    if not workspace.api.configured:
        return [Probe("Slack", "not configured", "SLACK_BOT_TOKEN is not set.")]
    try:
        identity = await workspace.api.identity()
    except Failure as failure:
        return [Probe("Slack", "failed", failure.message)]
    return [Probe("Slack", "ok", f"{identity['user']} in {identity['team']}")]
