"""Several signed-in GitHub accounts of one person: the repository's owner decides which token a request uses."""

from pathlib import Path

import pytest
from github_mcp.server import SERVER
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import AccountStore
from mcp_chassis.testing import connected, failure
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream

ISSUE = {"number": 1, "title": "t", "state": "open", "user": {"login": "a"}, "body": "", "comments": 0}


@pytest.fixture
def accounts(tmp_path: Path) -> AccountStore:
    store = AccountStore(tmp_path / "accounts.json")
    store.keep("github-mcp", Account("work", "id", "http://127.0.0.1:9/token", ("acme*",)), Tokens("token-of-work"))
    store.keep("github-mcp", Account("mine", "id", "http://127.0.0.1:9/token"), Tokens("token-of-mine"))
    return store


def environment(upstream: ScriptedUpstream, store: AccountStore, **more: str) -> dict[str, str]:
    places = {"GITHUB_API_URL": upstream.url, "TOOLROLL_ACCOUNTS_FILE": str(store.path), "TOOLROLL_KEYCHAIN": "off"}
    return places | more


@pytest.mark.parametrize(
    ("owner", "more", "token"),
    [
        ("acme", {}, "token-of-work"),
        ("acme-labs", {}, "token-of-work"),
        ("octo", {}, "token-of-mine"),
        ("acme", {"MCP_ACCOUNT": "mine"}, "token-of-mine"),
        ("acme", {"GITHUB_TOKEN": "ghp_set"}, "ghp_set"),
    ],
)
async def test_the_repositorys_owner_decides_which_accounts_token_is_used(
    owner: str, more: dict[str, str], token: str, accounts: AccountStore
) -> None:
    upstream = ScriptedUpstream()
    comment = {"id": 5, "html_url": "https://github.com/o/r/issues/1#issuecomment-5", "body": "hello"}
    upstream.answers(f"GET /repos/{owner}/r/issues/1/comments", Reply(json=[]))
    upstream.answers(f"GET /repos/{owner}/r/issues/1", Reply(json=ISSUE))
    upstream.answers(f"POST /repos/{owner}/r/issues/1/comments", Reply(201, json=comment))
    async with upstream, connected(SERVER, env=environment(upstream, accounts, **more)) as client:
        place = {"owner": owner, "repo": "r", "number": 1}
        await client.call_tool("get_issue", place)
        await client.call_tool("add_issue_comment", {**place, "body": "hello"})
    assert {request.headers["authorization"] for request in upstream.requests} == {f"Bearer {token}"}
    assert {request.method for request in upstream.requests} >= {"GET", "POST"}


async def test_an_unknown_account_name_tells_the_model_to_run_login(accounts: AccountStore) -> None:
    upstream = ScriptedUpstream()
    async with (
        upstream,
        connected(SERVER, env=environment(upstream, accounts, MCP_ACCOUNT="nobody")) as client,
    ):
        answer = failure(await client.call_tool("get_issue", {"owner": "o", "repo": "r", "number": 1}))
    assert answer.code == "AUTHENTICATION_FAILED"
    assert "no account called nobody, as MCP_ACCOUNT says: run `github-mcp login`" in answer.message
    assert upstream.requests == []
