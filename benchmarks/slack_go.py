"""Jobs of benchmarks/slack_jobs.py through the published Go server, on the same data: calls and tokens, as a table.

    .venv/bin/python benchmarks/slack_go.py NODE_MODULES

NODE_MODULES holds slack-mcp-server and slack-mcp-server-linux-amd64. It has Slack's address in its source, so that
it is given a proxy which takes every TLS connection to the scripted Slack. It has no tool for the other jobs, and
writes to a person only where a conversation with them is there already.
"""

import asyncio
import contextlib
import csv
import json
import ssl
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wire import Wire, started

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from certificates import company_certificate
from scripted_slack import Call, ScriptedSlack
from scripted_slack_methods import METHODS
from slack_seed import seeded
from tokens import count, for_model

READY_SECONDS = 60
UNKNOWN = b'HTTP/1.1 200 OK\r\nContent-Length: 37\r\n\r\n{"ok":false,"error":"unknown_method"}'


class LenientSlack(ScriptedSlack):
    """A scripted Slack that takes the token as an argument, and arguments beyond the published ones."""

    def _result(self, call: Call) -> tuple[int, dict[str, Any], dict[str, str]]:
        given = dict(call.given)
        method = "search.messages" if call.method == "search.all" else call.method
        token = given.pop("token", call.token)
        known = METHODS[method].arguments if method in METHODS else dict[str, str]()
        kept = {name: value for name, value in given.items() if name in known}
        return super()._result(replace(call, method=method, token=token, given=kept))


class GoJob:
    """The calls of one job."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.sent: list[str] = []
        self.received: list[str] = []

    async def call(self, tool: str, **arguments: Any) -> list[dict[str, str]]:
        """The rows of the answer."""
        result = await self._wire.call(tool, arguments)
        answer = "".join(block.get("text", "") for block in result["content"])
        self.sent.append(json.dumps({"name": tool, "arguments": arguments}, ensure_ascii=False))
        self.received.append(answer)
        return list(csv.DictReader(answer.splitlines()))


async def catch_up(job: GoJob) -> None:
    found = await job.call("conversations_history", channel_id="#release", limit="50")
    thread = next((row["ThreadTs"] for row in found if row["ThreadTs"]), found[0]["MsgID"])
    await job.call("conversations_replies", channel_id="#release", thread_ts=thread)


async def answer(job: GoJob) -> None:
    query = "migration lock orders"
    found = await job.call("conversations_search_messages", search_query=query, filter_in_channel="#release", limit=1)
    ts = found[0]["MsgID"]
    await job.call("conversations_add_message", channel_id="#release", text="No **lock**.", thread_ts=ts)


async def find(job: GoJob) -> None:
    await job.call("conversations_search_messages", search_query="refund order 88123", limit=5)


async def react(job: GoJob) -> None:
    newest = (await job.call("conversations_history", channel_id="#incidents", limit="1"))[0]
    await job.call("reactions_add", channel_id="#incidents", timestamp=newest["MsgID"], emoji="eyes")


async def unread(job: GoJob) -> None:
    await job.call("conversations_unreads", include_messages=True, max_channels=1, max_messages_per_channel=20)


JOBS: list[tuple[str, Callable[[GoJob], Awaitable[None]]]] = [
    ("catch up on a channel and a thread", catch_up),
    ("answer an open question in its thread", answer),
    ("find a message anywhere", find),
    ("react to the newest message", react),
    ("read what is unread", unread),
]


async def main(program: Path) -> None:
    print("| job | calls | tokens sent | tokens received |\n|---|---:|---:|---:|")
    listed = ""
    for name, act in JOBS:
        job, tools = await _done(program, act)
        tokens = count([*job.sent, *job.received, *map(for_model, tools)])
        calls = len(job.sent)
        print(f"| {name} | {calls} | {sum(tokens[:calls]):,} | {sum(tokens[calls : 2 * calls]):,} |")
        listed = f"{len(tools)} tools: {sum(tokens[2 * calls :]):,}"
    print(listed)


async def _done(program: Path, act: Callable[[GoJob], Awaitable[None]]) -> tuple[GoJob, list[dict[str, Any]]]:
    """One job in a workspace of its own, and the server's tools."""
    slack = LenientSlack()
    channels = seeded(slack.workspace)
    person = slack.with_user_token("U0AMELIE1")
    for channel in channels.values():
        slack.workspace.last_read[channel.id] = channel.messages[-3]["ts"]
    with tempfile.TemporaryDirectory() as folder:
        async with (
            slack.running(),
            proxied(slack, Path(folder)) as proxy,
            started([str(program)], environment(person, proxy, folder)) as wire,
        ):
            tools = await wire.open()
            job = GoJob(wire)
            await _with_patience(lambda: act(job), job)
            return job, tools


async def _with_patience(act: Callable[[], Awaitable[None]], job: GoJob) -> None:
    """Its caches are filled while it answers already: what fails before that is asked again."""
    for _ in range(READY_SECONDS):
        try:
            return await act()
        except RuntimeError as refused:
            if "not ready" not in str(refused):
                raise
            job.sent.clear()
            job.received.clear()
            await asyncio.sleep(1)
    raise TimeoutError(f"The server was not ready in {READY_SECONDS} s.")


def environment(token: str, proxy: int, folder: str) -> Mapping[str, str]:
    return {
        "SLACK_MCP_XOXP_TOKEN": token,
        "SLACK_MCP_PROXY": f"http://127.0.0.1:{proxy}",
        "SLACK_MCP_SERVER_CA_INSECURE": "1",
        "SLACK_MCP_ADD_MESSAGE_TOOL": "true",
        "SLACK_MCP_REACTION_TOOL": "true",
        "SLACK_MCP_MARK_TOOL": "true",
        "SLACK_MCP_ATTACHMENT_TOOL": "true",
        "SLACK_MCP_USERS_CACHE": f"{folder}/users.json",
        "SLACK_MCP_CHANNELS_CACHE": f"{folder}/channels.json",
        "HOME": folder,
    }


@contextlib.asynccontextmanager
async def proxied(slack: ScriptedSlack, folder: Path) -> AsyncGenerator[int]:
    """The port of a proxy that ends the TLS of every tunnel and leads it to `slack`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(company_certificate(folder) / "server.pem")

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(context)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", slack.port)
            await asyncio.gather(_requests(reader, far_writer, writer), _pipe(far_reader, writer))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def _requests(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
    """Requests on their way; those of a browser's session, which Slack does not publish, are refused here."""
    while part := await reader.read(65_536):
        if b"Transfer-Encoding: chunked" in part:
            back.write(UNKNOWN)
        else:
            writer.write(part)
        await asyncio.gather(writer.drain(), back.drain())
    writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65_536):
        writer.write(part)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(next(Path(sys.argv[1]).glob("slack-mcp-server-*/bin/*"))))
