"""Catching up on three channels and answering in a thread, read as a model would: a transcript in Markdown.

.venv/bin/python benchmarks/slack_catching_up.py > transcript.md
"""

import asyncio
import json
import sys
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

CHANNELS = ("release", "incidents", "support")
SHOWN = 700


class Transcript:
    """The calls so far, and what they cost."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: list[tuple[str, int, int]] = []

    async def call(self, why: str, tool: str, **arguments: Any) -> dict[str, Any]:
        """Make one call and write it down, its answer cut for the reader."""
        answer = text(await self._client.call_tool(tool, arguments))
        asked = json.dumps({"name": tool, "arguments": arguments}, ensure_ascii=False, separators=(",", ":"))
        sent, received = count([asked, answer])
        self._rows.append((tool, sent, received))
        shown = answer if len(answer) <= SHOWN else f"{answer[:SHOWN]} ..."
        print(f"**{why}**\n\n```json\n{asked}\n```\n```json\n{shown}\n```\n")
        return json.loads(answer)

    def sum(self) -> None:
        print("| call | tokens sent | tokens received |\n|---|---:|---:|")
        for tool, sent, received in self._rows:
            print(f"| `{tool}` | {sent} | {received:,} |")
        print(f"| {len(self._rows)} calls | {sum(r[1] for r in self._rows)} | {sum(r[2] for r in self._rows):,} |")


async def main() -> None:
    slack = ScriptedSlack()
    seeded(slack.workspace)
    async with slack.running():
        env = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": slack.url, "SLACK_WRITE_CHANNELS": "release"}
        async with connected(SERVER, env=env) as client:
            await catch_up(Transcript(client))
    print(f"\nRequests to Slack: {len(slack.calls)} ({', '.join(f'{n} {m}' for m, n in slack.seen.most_common())}).")


async def catch_up(transcript: Transcript) -> None:
    """What a model does: read each channel, look into a thread, find the open question, answer it in its thread."""
    newest: list[dict[str, Any]] = []
    for channel in CHANNELS:
        why = f"What was said in #{channel} since yesterday?"
        page = await transcript.call(why, "get_channel_history", channel=f"#{channel}", oldest="1d", limit=50)
        newest.append(page["messages"][0])
        discussed = next(message for message in page["messages"] if message.get("reply_count"))
        if channel == "incidents":
            why = "How did the talk about this go on?"
            await transcript.call(why, "get_thread", channel="#incidents", thread_ts=discussed["ts"])
    question = newest[0]
    answer = "No: it runs with `CONCURRENTLY`, so **no lock** on orders. Rollout stays at 14:00."
    why = f"{question['user']} still waits for an answer: answer in the thread."
    await transcript.call(why, "send_message", channel="#release", text=answer, thread_ts=question["ts"])
    why = "Is it there?"
    await transcript.call(why, "get_thread", channel="#release", thread_ts=question["ts"])
    transcript.sum()


if __name__ == "__main__":
    asyncio.run(main())
