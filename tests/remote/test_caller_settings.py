"""A caller's connection holds the caller's token alone, and no secret, file or command of the server's."""

from pathlib import Path

import pytest
from github_mcp.client import GitHubClient
from github_mcp.server import SERVER as GITHUB
from github_mcp.settings import GitHubSettings
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.remote.accounts.caller_settings import settings_of_caller
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from pydantic import SecretStr
from slack_mcp.server import SERVER as SLACK
from slack_mcp.settings import SlackSettings

SERVERS_OWN = {
    "SLACK_USER_TOKEN": "xoxp-of-the-server",
    "SLACK_REFRESH_TOKEN": "xoxe-of-the-server",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "secret-of-the-server",
}


async def test_a_callers_refused_token_is_not_replaced_by_the_one_in_the_servers_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("ghp_of_the_server")
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", Reply(401, json={"message": "Bad credentials"}))
        shared = GitHubSettings.load({"GITHUB_TOKEN_FILE": str(tmp_path / "token"), "GITHUB_API_URL": upstream.url})
        (tmp_path / "token").write_text("ghp_of_the_server_renewed")
        async with GITHUB.connect(settings_of_caller(shared, "token", "ghu_of_the_caller")) as github:
            assert isinstance(github, GitHubClient)
            for _ in range(2):
                with pytest.raises(AuthenticationFailed):
                    await github.accounts.signed_in()
    sent = {request.headers["authorization"] for request in upstream.requests}
    assert sent == {"Bearer ghu_of_the_caller"}


async def test_a_caller_neither_searches_as_the_servers_person_nor_spends_its_refresh_token() -> None:
    own = settings_of_caller(SlackSettings.load(SERVERS_OWN), "bot_token", "xoxp-of-the-caller")
    assert list(own.secrets()) == ["xoxp-of-the-caller"]
    async with SLACK.connect(own) as slack:
        assert slack.person is None


def test_settings_that_are_not_secrets_are_kept() -> None:
    shared = SlackSettings.load({**SERVERS_OWN, "SLACK_ALLOWED_CHANNELS": "general", "SLACK_READ_ONLY": "true"})
    own = settings_of_caller(shared, "bot_token", "xoxp-of-the-caller")
    assert own.bot_token == SecretStr("xoxp-of-the-caller")
    assert (own.allowed_channels, own.read_only, own.client_id) == (("general",), True, "1.2")
    assert (shared.user_token, own.user_token) == (SecretStr("xoxp-of-the-server"), None)
