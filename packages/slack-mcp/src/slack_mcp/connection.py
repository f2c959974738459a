"""Connection to a Slack workspace, set up without a network request, and the operations that tools share."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import anyio
from mcp_chassis.failures import Failure, NotFound, PermissionDenied
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn
from mcp_chassis.pipeline.narrowing import current_narrowing
from mcp_chassis.server import Probe
from mcp_chassis.settings import Credential
from mcp_chassis.telemetry.observer import announce
from mcp_chassis.tools import Connected
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream

from slack_mcp.access import Access
from slack_mcp.channel_directory import ChannelDirectory
from slack_mcp.client import SlackApi
from slack_mcp.client.files import FILES_ORIGIN
from slack_mcp.client.methods import rate_limits
from slack_mcp.client.tokens import Token
from slack_mcp.client.web_methods import WebMethods
from slack_mcp.directories import Directories
from slack_mcp.errors import error_of, failure_for
from slack_mcp.guests import GuestDirectory
from slack_mcp.paged_list import LIST_TTL_SECONDS
from slack_mcp.people_directory import PeopleDirectory
from slack_mcp.records.messages import MessageRecord
from slack_mcp.records.workspace import IdentityRecord, RotatedTokenRecord
from slack_mcp.rendering.messages import UNKNOWN, standing
from slack_mcp.rendering.names import Names
from slack_mcp.settings import SlackSettings
from slack_mcp.times import as_ts, needs_zone
from slack_mcp.writing.message_body import Rules
from slack_mcp.zones import machine_zone, zone_named

Answer = TypeVar("Answer")

MAX_PERMALINK_SECONDS = 3.0
"""Timeout for finding the workspace's address, which the permalink of a message needs."""
TS_PLACE = "{ts without its dot}"
UNSEEN_BY_APP = {"channel_not_found", "not_in_channel", "missing_scope"}
"""Error codes of Slack for a conversation that the app cannot see; a person's token may see it."""
IDENTITY_TTL_SECONDS = 3_600.0


class Workspace:
    """One Slack workspace for one caller: API clients, settings, access rules and cached directories.

    Args:
        api: the API with the app's token.
        person: the API with a person's token, used for searching; None if not set.
        now: returns the present time in Unix seconds.
    """

    def __init__(
        self,
        api: SlackApi,
        settings: SlackSettings,
        person: SlackApi | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.api = api
        self.person = person
        self.settings = settings
        self.now = now
        self.access = Access(settings.allowed_channels, settings.write_channels, dms=settings.allow_dms)
        self.rules = Rules(settings.allow_broadcasts, settings.unfurl_domains)
        self._directories = self._new_directories()

    @property
    def people(self) -> PeopleDirectory:
        return self._of_account().people

    @property
    def channels(self) -> ChannelDirectory:
        return self._of_account().channels

    @property
    def guests(self) -> GuestDirectory:
        return self._of_account().guests

    def _of_account(self) -> Directories:
        """The cached directories of the present account; another account that signs in begins with empty ones."""
        if self._directories.account != self._account():
            self._directories = self._new_directories()
        return self._directories

    def _new_directories(self) -> Directories:
        return Directories(self._account(), self.api, self.access, self.person)

    def _account(self) -> str:
        return f"{self.api.account} {self.person.account if self.person else ''}"

    async def zone(self) -> tzinfo:
        """Time zone for days such as `today`: the setting, else the zone of the token's person, else the machine's."""
        return zone_named(self.settings.timezone) or zone_named(await self._persons_zone()) or machine_zone()

    async def ts(self, given: str, *, end: bool = False, ahead: bool = False) -> str:
        """Convert a time such as `yesterday` into a ts with `as_ts`; the time zone is looked up only if it matters."""
        zone = await self.zone() if needs_zone(given, self.now()) else UTC
        return as_ts(given, self.now(), zone, end=end, ahead=ahead)

    async def _persons_zone(self) -> str:
        """Time zone in the profile of the token's person; empty for an app or when the look-up fails."""
        try:
            who = await (self.identity() if self.person is None else self.identity_of_person(self.person))
            return "" if who.bot_id or not who.user_id else (await self.people.person(who.user_id)).tz
        except Failure:
            return ""

    @property
    def locked(self) -> bool:
        """Whether lockdown is on: texts by people outside the workspace are withheld."""
        return self.settings.lockdown or current_narrowing().lockdown

    def shown(self, messages: Sequence[MessageRecord], names: Names) -> list[MessageRecord]:
        """The messages that may be shown; lockdown removes those by external or unknown people, with a warning."""
        if not self.locked:
            return list(messages)
        left = [each for each in messages if standing(each, names) not in ("external", UNKNOWN)]
        if count := len(messages) - len(left):
            noun = "message" if count == 1 else "messages"
            way = "the person who runs this server can show them with SLACK_LOCKDOWN=false"
            warn(f"{count} {noun} by people outside the workspace withheld (lockdown); {way}.")
        return left

    async def identity(self) -> IdentityRecord:
        """Identity of the app's token from `auth.test`, cached for an hour."""
        known = self._of_account().identities
        return await known.get("auth.test", {}, "app", self.api.identity, ttl=IDENTITY_TTL_SECONDS)

    async def identity_of_person(self, person: SlackApi) -> IdentityRecord:
        """Identity of the person's token from `auth.test`, cached for an hour."""
        known = self._of_account().identities
        return await known.get("auth.test", {}, "person", person.identity, ttl=IDENTITY_TTL_SECONDS)

    async def read(self, reading: Callable[[SlackApi], Awaitable[Answer]]) -> Answer:
        """Read with the app's token; if the app may not see the object, again with the person's token.

        Raises:
            Failure: of the attempt with the app's token, when the person's fails too.
        """
        try:
            return await reading(self.api)
        except (NotFound, PermissionDenied) as refused:
            if self.person is None or error_of(refused) not in UNSEEN_BY_APP:
                raise
            await announce("info", "The app may not read this in Slack; trying again with the person's token.")
            try:
                return await reading(self.person)
            except Failure:
                raise refused from None

    async def groups(self) -> dict[str, str]:
        """Handles of user groups by id; empty if the token may not list them."""

        async def make() -> dict[str, str]:
            return {group.id: group.handle or group.name for group in await self.api.users.groups()}

        try:
            known = self._of_account().groups
            return await known.get("usergroups.list", {}, "app", make, ttl=LIST_TTL_SECONDS)
        except Failure:
            return {}

    async def permalink(self, channel: str, ts: str, thread_ts: str | None) -> str | None:
        """Permalink of a message; None if the workspace's address is not found within 3 s."""
        link = (await self.permalinks(channel, [ts]))[0]
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if link and thread_ts else link

    async def permalink_template(self, channel: str, thread_ts: str | None = None) -> str | None:
        """Permalink of the messages of a channel or thread, with a placeholder for the ts."""
        link = (await self.permalinks(channel, [TS_PLACE]))[0]
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if link and thread_ts else link

    async def permalinks(self, channel: str, stamps: Sequence[str]) -> list[str | None]:
        """Permalinks of messages of one channel; all None if the workspace's address is not found within 3 s."""
        home = ""
        with anyio.move_on_after(MAX_PERMALINK_SECONDS), suppress(Failure):
            home = (await self.identity()).url.rstrip("/")
        return [f"{home}/archives/{channel}/p{ts.replace('.', '')}" if home and ts else None for ts in stamps]


Slack = Annotated[Workspace, Connected]


@asynccontextmanager
async def connect(settings: SlackSettings) -> AsyncGenerator[Workspace]:
    """Open the connection that all tools use; the first request is sent by the first call."""
    upstream = Upstream(
        "Slack", policy=settings, rate_limits=rate_limits(settings.rate_limit_scale, settings.posts_per_second)
    )
    main = "bot_token" if settings.bot_token is not None or settings.user_token is None else "user_token"
    credential, person = settings.credential(main), settings.credential("user_token")
    async with AsyncExitStack() as opened:
        token = await _token(settings, upstream, credential, opened)
        api = await _slack_api(settings, upstream, token, opened)
        searching = await _slack_api(settings, upstream, Token(person), opened) if person.present else None
        yield Workspace(api, settings, searching)


async def _slack_api(settings: SlackSettings, upstream: Upstream, token: Token, opened: AsyncExitStack) -> SlackApi:
    http = await opened.enter_async_context(_json_api(settings.api_url, upstream, token))
    api_address = urlsplit(settings.api_url)
    own_origin = f"{api_address.scheme}://{api_address.netloc}"
    downloads = {
        origin: await opened.enter_async_context(_json_api(origin, upstream, token, one_origin=True))
        for origin in (FILES_ORIGIN, own_origin)
    }
    uploads = {
        origin: await opened.enter_async_context(JsonApi(origin, upstream=upstream, one_origin=True))
        for origin in downloads
    }
    return SlackApi(WebMethods(http, token, settings.team_id), downloads, uploads)


def _json_api(base_url: str, upstream: Upstream, token: Token, *, one_origin: bool = False) -> JsonApi:
    return JsonApi(
        base_url,
        upstream=upstream,
        headers=lambda: {"authorization": f"Bearer {token.reveal()}"},
        credential=token,
        failure_for=_no_error_word if one_origin else partial(failure_for, token=token.variable),
        one_origin=one_origin,
    )


def _no_error_word(_: Response) -> Failure | None:
    """No failure: the response to a download has no error code, so only its status counts."""
    return None


async def _token(settings: SlackSettings, upstream: Upstream, credential: Credential, opened: AsyncExitStack) -> Token:
    """The app's token, with a refresh function if the client id and client secret are set."""
    client_secret = settings.credential("client_secret")
    if not settings.client_id or not client_secret.present:
        return Token(credential)
    http = await opened.enter_async_context(
        JsonApi(
            settings.api_url,
            upstream=upstream,
            failure_for=partial(failure_for, token="SLACK_REFRESH_TOKEN"),  # noqa: S106
        )
    )

    async def refresh(refresh_token: str) -> RotatedTokenRecord:
        await client_secret.ready()
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": settings.client_id,
            "client_secret": client_secret.reveal(),
        }
        response = await http.post("/oauth.v2.access", form=form, repeat=Repeat.NEVER, proof=RotatedTokenRecord)
        return response.record(RotatedTokenRecord, operation="refresh the token")

    file = Path(settings.refresh_token_file) if settings.refresh_token_file else None
    return Token(credential, settings.credential("refresh_token"), refresh, file)


async def probe(workspace: Workspace) -> list[Probe]:
    """Check with a request to `auth.test` that Slack accepts the token, if one is set."""
    if not workspace.api.configured:
        return [Probe("Slack", "not configured", "SLACK_BOT_TOKEN is not set.")]
    try:
        identity = await workspace.api.identity()
    except Failure as failure:
        return [Probe("Slack", "failed", failure.message)]
    return [Probe("Slack", "ok", f"{identity.user} in {identity.team}")]
