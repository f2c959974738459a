"""A small scripted workspace, and calls of the server's tools as a host makes them."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from mcp.client import Client
from mcp_chassis.testing import connected, data, failure
from scripted_slack import BOT_TOKEN, ScriptedSlack
from slack_mcp.server import SERVER

ALICE, BOB, CAROL = "U0ALICE01", "U0BOB0001", "U0CAROL01"
GENERAL, RANDOM, SECRET, ELSEWHERE, DIRECT, GROUP = (
    "C0GENERAL",
    "C0RANDOM1",
    "C0SECRET1",
    "C0ELSEWH1",
    "D0DIRECT1",
    "C0GROUP01",
)


class Desk:
    """The scripted Slack, and calls of tools through the server as a host makes them."""

    def __init__(self, slack: ScriptedSlack) -> None:
        self.slack = slack
        self.workspace = slack.workspace
        self.env = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": slack.url,
            "SLACK_RATE_LIMIT_SCALE": "1e6",
            "SLACK_POSTS_PER_SECOND": "10000",
            "MCP_OUTBOUND_RATE": "1e6",
            "MCP_RETRY_BASE": "0.01",
        }

    def client(self, **env: str) -> AbstractAsyncContextManager[Client]:
        return connected(SERVER, env={**self.env, **env})

    async def call(self, tool: str, env: dict[str, str] | None = None, **arguments: Any) -> dict[str, Any]:
        """One call that must succeed, from a server of its own."""
        async with self.client(**(env or {})) as client:
            return data(await client.call_tool(tool, arguments))

    async def fail(self, tool: str, env: dict[str, str] | None = None, **arguments: Any) -> Any:
        """One call that must fail; its error object."""
        async with self.client(**(env or {})) as client:
            return failure(await client.call_tool(tool, arguments))

    def posts(self) -> list[dict[str, Any]]:
        """What the app has posted anywhere."""
        everything = (message for channel in self.workspace.channels.values() for message in channel.messages)
        return [message for message in everything if message["user"] == "U0BOT0001"]


def arranged() -> ScriptedSlack:
    """Three people, one of whom has left, and a channel of every kind."""
    slack = ScriptedSlack()
    workspace = slack.workspace
    workspace.add_person(ALICE, "alice", "Alice Martin", email="alice@acme.example", title="Engineer")
    workspace.add_person(BOB, "bob", "Bob Stone", email="bob@acme.example")
    workspace.add_person(CAROL, "carol", "Carol Diaz", deleted=True)
    workspace.add_channel(GENERAL, "general", topic="Company news", purpose="Everybody")
    workspace.add_channel(RANDOM, "random")
    workspace.add_channel(SECRET, "secret", private=True)
    workspace.add_channel(ELSEWHERE, "elsewhere", member=False)
    workspace.add_channel(DIRECT, "", kind="im", user=ALICE)
    workspace.add_channel(GROUP, "mpdm-alice--bob-1", kind="mpim")
    return slack
