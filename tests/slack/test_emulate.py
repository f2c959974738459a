"""The same server against npm's `emulate`, for what that does faithfully."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import httpx2
import pytest
from mcp_chassis.testing import connected, data, failure
from ports import reserved_port
from services import node, npm_package
from slack_mcp.server import SERVER

pytestmark = pytest.mark.services


@pytest.fixture
async def emulated() -> AsyncIterator[dict[str, str]]:
    """The environment of a server whose Slack is emulate."""
    program = npm_package("emulate") / "dist" / "index.js"
    port = reserved_port()
    process = await asyncio.create_subprocess_exec(
        node(), str(program), "--service", "slack", "--port", str(port), stdout=PIPE, stderr=PIPE
    )
    try:
        url = f"http://127.0.0.1:{port}/api"
        await _answering(url)
        yield {"SLACK_BOT_TOKEN": "test_token_admin", "SLACK_API_URL": url, "SLACK_POSTS_PER_SECOND": "1000"}
    finally:
        process.terminate()
        await process.communicate()


async def _answering(url: str) -> None:
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(retries=20)) as http:
        await http.post(f"{url}/api.test")


async def test_a_conversation_goes_through(emulated: dict[str, str]):
    async with connected(SERVER, env=emulated) as client:
        sent = data(await client.call_tool("send_message", {"channel": "#general", "text": "**Hello** from tests"}))
        place = {"channel": "general", "ts": sent["ts"]}
        reply = {"channel": "general", "text": "a reply", "thread_ts": sent["ts"]}
        data(await client.call_tool("send_message", reply))
        for _ in range(2):
            data(await client.call_tool("add_reaction", {**place, "emoji": "thumbsup"}))
        history = data(await client.call_tool("get_channel_history", {"channel": "general"}))
        thread = data(await client.call_tool("get_thread", {"channel": "general", "thread_ts": sent["ts"]}))
        found = data(await client.call_tool("search_messages", {"channel": "general", "query": "hello"}))
        data(await client.call_tool("update_message", {**place, "text": "changed"}))
        data(await client.call_tool("update_message", {**place, "delete": True}))
    first = next(message for message in history["messages"] if message["ts"] == sent["ts"])
    assert first["user"] == "Admin User"
    assert first["text"] == "**Hello** from tests"
    assert [reaction["count"] for reaction in first["reactions"]] == [1]
    assert [message["text"] for message in thread["messages"]][-1] == "a reply"
    assert found["items"][0]["ts"] == sent["ts"]


async def test_channels_and_people_are_found_and_made(emulated: dict[str, str]):
    async with connected(SERVER, env=emulated) as client:
        listed = data(await client.call_tool("list_channels", {"query": "general"}))
        people = data(await client.call_tool("find_users", {"query": "admin"}))
        made = data(await client.call_tool("create_channel", {"name": "New Plans", "description": "All of it"}))
        taken = failure(await client.call_tool("create_channel", {"name": "new-plans"}))
        topic = data(await client.call_tool("list_channels", {"query": "new-plans"}))
    assert [channel["name"] for channel in listed["channels"]] == ["general"]
    assert people["users"][0]["real_name"] == "Admin User"
    assert (made["name"], taken.code, taken.details["id"]) == ("new-plans", "CONFLICT", made["id"])
    assert topic["channels"][0]["topic"] == "All of it"
