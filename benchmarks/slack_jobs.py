"""Twelve jobs of a person who works in Slack: calls, tokens and requests of each, as a Markdown table.

.venv/bin/python benchmarks/slack_jobs.py
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from mcp.client import Client
from mcp_chassis.testing import connected, text

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from scripted_slack import BOT_TOKEN, ScriptedSlack
from slack_mcp.server import SERVER
from slack_seed import seeded
from tokens import count


class Job:
    """The calls of one job; each gives the result as an object."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.sent: list[str] = []
        self.received: list[str] = []

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        answer = text(await self._client.call_tool(tool, arguments))
        self.sent.append(json.dumps({"name": tool, "arguments": arguments}, ensure_ascii=False))
        self.received.append(answer)
        return json.loads(answer) if answer.startswith("{") else {}


async def catch_up(job: Job) -> None:
    page = await job.call("get_channel_history", channel="#release", oldest="1d")
    thread = next(message for message in page["messages"] if message.get("reply_count"))
    await job.call("get_thread", channel="#release", thread_ts=thread["ts"])


async def answer(job: Job) -> None:
    found = await job.call("search_messages", query="migration lock orders", channel="#release", count=1)
    await job.call("send_message", channel="#release", text="No **lock**.", thread_ts=found["items"][0]["ts"])


async def find(job: Job) -> None:
    await job.call("search_messages", query="refund order 88123", count=5)


async def write_to(job: Job) -> None:
    person = (await job.call("find_users", query="Fatima"))["users"][0]
    await job.call("send_message", channel=person["id"], text="The refund is booked.")


async def announce(job: Job) -> None:
    made = await job.call("create_channel", name="Release 413", description="Next week", invite=["@ben", "@dmitri"])
    await job.call("send_message", channel=made["id"], text="# Welcome\n\n- plan\n- risks")


async def react(job: Job) -> None:
    newest = (await job.call("get_channel_history", channel="#incidents", limit=1))["messages"][0]
    await job.call("add_reaction", channel="#incidents", ts=newest["ts"], emoji="eyes")


async def correct(job: Job) -> None:
    sent = await job.call("send_message", channel="#support", text="Done tomorow.")
    await job.call("update_message", channel="#support", ts=sent["ts"], text="Done tomorrow.")


async def schedule(job: Job) -> None:
    await job.call("schedule_message", channel="#release", text="Stand-up in five minutes.", at="tomorrow 9:00")
    await job.call("list_scheduled_messages", channel="#release")


async def unread(job: Job) -> None:
    first = (await job.call("list_unread"))["conversations"][0]
    await job.call("get_channel_history", channel=first["id"], oldest=first["since"], limit=20)


async def share(job: Job) -> None:
    await job.call("upload_file", channel="#release", name="notes.md", text="# Notes\n\nAll green.", comment="Notes")


async def members(job: Job) -> None:
    await job.call("list_members", channel="#release")


async def tidy(job: Job) -> None:
    await job.call("list_channels", query="support")
    await job.call("update_channel", channel="#support", topic="Questions of customers", purpose="Ask here first")


JOBS: list[tuple[str, str, Callable[[Job], Awaitable[None]]]] = [
    ("catch up on a channel and a thread", "", catch_up),
    ("answer an open question in its thread", "", answer),
    ("find a message anywhere", "", find),
    ("write to a person", "", write_to),
    ("open a channel with people and a first post", "", announce),
    ("react to the newest message", "", react),
    ("post and correct it", "", correct),
    ("schedule a message and see it listed", "@write", schedule),
    ("read what is unread", "@personal", unread),
    ("share a file with a comment", "@files", share),
    ("see who is in a channel", "@read", members),
    ("set a channel's topic and purpose", "@write", tidy),
]


async def main() -> None:
    print("| job | tools | calls | tokens sent | tokens received | requests |\n|---|---|---:|---:|---:|---:|")
    sums = [0, 0, 0, 0]
    for name, profile, act in JOBS:
        row = await _measured(profile, act)
        sums = [total + part for total, part in zip(sums, row, strict=True)]
        print(f"| {name} | {profile or 'the nine'} | {' | '.join(f'{part:,}' for part in row)} |")
    print(f"| together | | {' | '.join(f'{part:,}' for part in sums)} |")


async def _measured(profile: str, act: Callable[[Job], Awaitable[None]]) -> list[int]:
    """Calls, tokens sent, tokens received, and requests to Slack of one job in a workspace of its own."""
    slack = ScriptedSlack()
    channels = seeded(slack.workspace)
    person = slack.with_user_token("U0AMELIE1")
    for channel in channels.values():
        slack.workspace.last_read[channel.id] = channel.messages[-3]["ts"]
    async with slack.running():
        env = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_USER_TOKEN": person, "SLACK_API_URL": slack.url}
        async with connected(SERVER, env={**env, "SLACK_ALLOW_DMS": "true", "SLACK_TOOLS": profile}) as client:
            job = Job(client)
            await act(job)
    tokens = count([*job.sent, *job.received])
    half = len(job.sent)
    return [half, sum(tokens[:half]), sum(tokens[half:]), len(slack.calls)]


if __name__ == "__main__":
    asyncio.run(main())
