"""Calls of Slack's Web API with one token: form encoding, retries, rate limits, token refresh, workspace choice."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp_chassis.failures import AuthenticationFailed, Failure, InvalidInput, NotFound
from mcp_chassis.http.json_api import JsonApi, LookUp
from mcp_chassis.http.response import Response

from slack_mcp.client.methods import METHODS, POST_LIMIT
from slack_mcp.client.sdk_methods import Arguments, sdk_methods
from slack_mcp.client.tokens import Token
from slack_mcp.errors import error_behind, error_of, needs_team
from slack_mcp.records.workspace import TeamRecord

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

MAX_TEAMS_NAMED = 20
DONE: Mapping[str, Any] = {"ok": True}


class WebMethods:
    """Sends requests to Slack's Web API with one token.

    Args:
        http: HTTP client that adds the token's header.
        team: id or name of the workspace for an organisation-wide token; empty if not set.
    """

    def __init__(self, http: JsonApi, token: Token, team: str = "") -> None:
        self.token = token
        self.scopes = ""
        """The token's scopes, separated by commas, from the last response's headers."""
        self.sdk: AsyncWebClient = sdk_methods(self.request)
        self._http = http
        self._team = team
        self._team_id = ""
        self._team_account: str = ""
        """Identifier of the account that `_team_id` belongs to."""

    async def request(self, name: str, arguments: Arguments, *, recover: LookUp | None = None) -> Response:
        """Call one method. An error code that means "done already" is a success.

        Args:
            recover: looks up the effect of a write whose response was lost.
        """
        used = ""
        try:
            await self.token.ready()
            await self._begin()
            used = self.token.reveal() if self.token.present else ""
            return await self._send(name, arguments, recover)
        except AuthenticationFailed as refused:
            if not used or error_of(refused) == "" or not await self.token.renew(used):
                raise
        except InvalidInput as refused:
            if not needs_team(refused) or not METHODS[name].team or arguments.get("team_id") or self._team_id:
                raise
            self._team_id = await self._only_team(refused)
        except Failure as failure:
            if error_behind(failure) not in METHODS[name].done:
                raise
            return Response.looked_up("Slack", DONE)
        return await self._send(name, arguments, recover)

    async def _begin(self) -> None:
        """Obtain the first token where only a refresh token is set, and the id of a workspace that is set by name."""
        if self.token.source != self._team_account:
            self._team_account = self.token.source
            self._team_id = self._team if _is_team_id(self._team) else ""
        if self.token.rotates and not self.token.reveal():
            await self.token.renew("")
        if self._team and not self._team_id:
            self._team_id = await self._team_named(self._team)

    async def _send(self, name: str, arguments: Arguments, recover: LookUp | None) -> Response:
        method = METHODS[name]
        given = {"team_id": self._team_id, **arguments} if method.team and self._team_id else arguments
        response = await self._http.post(
            "/{method}",
            {"method": name},
            form={key: _encoded(value) for key, value in given.items()},
            repeat=method.repeat,
            rate_limit=f"{POST_LIMIT}:{given['channel']}"
            if name == "chat.postMessage"
            else name
            if method.tier
            else None,
            recover=recover,
            check=method.check,
            proof=method.proof,
        )
        self.scopes = response.headers.get("x-oauth-scopes", self.scopes)
        return response

    async def _teams(self) -> list[TeamRecord]:
        answer = await self._send("auth.teams.list", {"limit": 100}, None)
        return answer.records(TeamRecord, operation="list the workspaces", at="teams", noun="workspaces").items

    async def _only_team(self, refused: Failure) -> str:
        """Id of the only workspace of an organisation-wide token; fails with the list if it has several."""
        teams = await self._teams()
        if len(teams) == 1:
            return teams[0].id
        raise InvalidInput(
            "The token is organisation-wide, so Slack requires a workspace, and SLACK_TEAM_ID is not set.",
            remedy="Ask the person who runs this server to set it to one of these workspaces; do not retry.",
            details={"workspaces": [f"{team.name} {team.id}" for team in teams[:MAX_TEAMS_NAMED]]},
        ) from refused

    async def _team_named(self, name: str) -> str:
        teams = await self._teams()
        for team in teams:
            if team.name.casefold() == name.casefold():
                return team.id
        raise NotFound(
            f"The token has no workspace named {name!r}, which SLACK_TEAM_ID is set to.",
            remedy="Ask the person who runs this server to correct SLACK_TEAM_ID; do not retry.",
            details={"workspaces": [f"{team.name} {team.id}" for team in teams[:MAX_TEAMS_NAMED]]},
        )


def as_response(response: object) -> Response:
    """The core's `Response`, which slack-sdk's signatures declare as a type of slack-sdk."""
    return cast("Response", response)


def _is_team_id(team: str) -> bool:
    return len(team) > 8 and team[0] in "TE" and team.isalnum() and team.isupper()


def _encoded(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, list | dict) else value
