"""All API methods of Slack for one token, grouped by subject."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from collections.abc import Mapping

from mcp_chassis.http.json_api import JsonApi

from slack_mcp.client.canvases import Canvases
from slack_mcp.client.conversations import Conversations
from slack_mcp.client.files import Files
from slack_mcp.client.history_rate_limit import HistoryRateLimit
from slack_mcp.client.lists import Lists
from slack_mcp.client.messages import Messages
from slack_mcp.client.reminders import Reminders
from slack_mcp.client.scheduling import Scheduling
from slack_mcp.client.users import Users
from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.workspace import IdentityRecord


class SlackApi:
    """Slack's API called with one token.

    Args:
        downloads, uploads: HTTP clients by origin; see `Files`.
    """

    def __init__(self, web: WebMethods, downloads: Mapping[str, JsonApi], uploads: Mapping[str, JsonApi]) -> None:
        self.files = Files(web, downloads, uploads)
        self.canvases = Canvases(web)
        self.lists = Lists(web)
        self.reminders = Reminders(web)
        self.scheduling = Scheduling(web)
        self.limit = HistoryRateLimit()
        self.messages = Messages(web, self.limit)
        self.conversations = Conversations(web)
        self.users = Users(web)
        self._web = web

    @property
    def configured(self) -> bool:
        """Whether a token is set."""
        return self._web.token.present

    @property
    def account(self) -> str:
        """Text that identifies the token's account without a request; it changes when another account signs in."""
        return self._web.token.source

    @property
    def scopes(self) -> str:
        """The token's scopes, separated by commas, from the last response's headers."""
        return self._web.scopes

    async def identity(self) -> IdentityRecord:
        response = await self._web.sdk.auth_test()
        return as_response(response).record(IdentityRecord, operation="read the token's identity")
