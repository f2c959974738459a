"""Accounts that sign in while the server runs: cached data of one account is never returned to another."""

from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import AccountStore
from mcp_chassis.testing import connected, data
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from slack_mcp.server import SERVER
from volume import in_volume, volume

ACCOUNTS = ("amigo", "octo")


class SignIns:
    """A token file that contains the token of one account at a time."""

    def __init__(self, path: Path) -> None:
        self._store = AccountStore(path)
        self.env = {"TOOLROLL_ACCOUNTS_FILE": str(path), "TOOLROLL_KEYCHAIN": "off", "SLACK_RATE_LIMIT_SCALE": "1e6"}
        self.env |= {"MCP_OUTBOUND_RATE": "1e6", "SLACK_POSTS_PER_SECOND": "10000"}

    def sign_in(self, name: str) -> None:
        self._store.keep("slack-mcp", Account(name, "id", "http://127.0.0.1:9/token"), Tokens(f"xoxb-{name}"))
        for other in set(ACCOUNTS) - {name}:
            self._store.remove("slack-mcp", other)


@pytest.fixture
def sign_ins(tmp_path: Path) -> SignIns:
    signed = SignIns(tmp_path / "accounts.json")
    signed.sign_in("amigo")
    return signed


def _of_account(method: str) -> Any:
    """Scripted response in which all names contain the account of the request's token."""

    def answer(request: Request) -> Reply:
        name = request.headers["authorization"].rpartition("-")[2]
        person = {"id": "U0PERSON1", "name": name, "real_name": name}
        channel = {"id": "C0CHANNEL1", "name": name, "is_channel": True, "is_member": True}
        answers: dict[str, dict[str, Any]] = {
            "users.list": {"members": [person]},
            "users.info": {"user": person},
            "conversations.list": {"channels": [channel]},
            "conversations.info": {"channel": channel},
            "conversations.members": {"members": ["U0PERSON1"]},
            "auth.test": {"url": f"https://{name}.slack.com/", "user": name, "user_id": "U0PERSON1"},
            "usergroups.list": {"usergroups": [{"id": "S0GROUP01", "handle": name, "name": name}]},
            "chat.postMessage": {"channel": "C0CHANNEL1", "ts": "1700000000.000100"},
        }
        return Reply(json={"ok": True, **answers[method]})

    return answer


def slack() -> ScriptedUpstream:
    upstream = ScriptedUpstream()
    methods = ("users.list", "users.info", "conversations.list", "conversations.info", "conversations.members")
    for method in (*methods, "auth.test", "usergroups.list", "chat.postMessage"):
        upstream.answers(f"POST /{method}", _of_account(method))
    return upstream


async def _told(client: Client) -> set[str]:
    """The accounts in cached data: in names of people and channels, and in the permalink of a message."""
    people = data(await client.call_tool("find_users", {"query": "o"}))["users"]
    channels = data(await client.call_tool("list_channels", {}))["channels"]
    sent = data(await client.call_tool("send_message", {"channel": "C0CHANNEL1", "text": "Hello."}))
    workspace = sent["permalink"].removeprefix("https://").partition(".")[0]
    return {people[0]["name"], channels[0]["name"], sent["channel"]["name"], workspace}


@in_volume
async def test_the_next_account_to_sign_in_sees_no_cached_data_of_the_previous_account(sign_ins: SignIns) -> None:
    crossed: list[set[str]] = []
    async with slack() as upstream, connected(SERVER, env={**sign_ins.env, "SLACK_API_URL": upstream.url}) as client:
        for number in range(volume(1_000)):
            name = ACCOUNTS[number % 2]
            sign_ins.sign_in(name)
            told = await _told(client)
            crossed += [told] if told != {name} else []
    assert crossed == []


async def test_cached_data_of_one_account_is_requested_only_once(sign_ins: SignIns) -> None:
    async with slack() as upstream, connected(SERVER, env={**sign_ins.env, "SLACK_API_URL": upstream.url}) as client:
        for _ in range(3):
            await _told(client)
    counts = [len(upstream.asked(f"POST /{method}")) for method in ("users.list", "conversations.list", "auth.test")]
    assert counts == [1, 1, 1]
