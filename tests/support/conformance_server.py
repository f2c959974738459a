"""The conformance suite's server on the core: over HTTP on a descriptor, over pipes with the word `stdio`."""

import asyncio
import base64
import json
import socket
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

import uvicorn
from conformance_inputs import INPUT_TOOLS, given, needed, question
from conformance_tasks import TASK_AFTER, TASK_TOOLS
from conformance_tools import PIXEL, PLAIN_TOOLS, RICH_SCHEMA, AnyContext, embedded, image
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.subscriptions import ResourceSubscriptions
from mcp_chassis.results import Content
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.stdio import serve as stdio
from mcp_chassis.tools import prompt, resource
from mcp_types import JSONRPCMessage, PromptMessage, TextContent

STATE_KEY = "conformance-key-of-thirty-two-characters"
RETRY_MS = 100


@resource("test://static-text", "Static text", mime_type="text/plain")
async def static_text() -> str:
    """A text that never changes."""
    return "This is the content of the static text resource."


@resource("test://static-binary", "Static image", mime_type="image/png")
async def static_binary() -> Content:
    """An image that never changes."""
    return Content(base64.b64decode(PIXEL), "image/png")


@resource("test://watched-resource", "Watched", mime_type="text/plain")
async def watched() -> str:
    """A text one can subscribe to."""
    return "Watched resource content"


@resource("test://template/{id}/data", "Template")
async def template(id: str) -> str:
    """Data for any id."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def said(content: object) -> PromptMessage:
    return PromptMessage.model_validate({"role": "user", "content": content})


def words(text: str) -> PromptMessage:
    return said(TextContent(type="text", text=text))


@prompt("Simple")
async def test_simple_prompt() -> list[PromptMessage]:
    """A prompt without arguments."""
    return [words("This is a simple prompt for testing.")]


async def nothing(connection: None, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return ()


@prompt("With arguments", complete={"arg1": nothing, "arg2": nothing})
async def test_prompt_with_arguments(arg1: str, arg2: str) -> list[PromptMessage]:
    """A prompt with two arguments."""
    return [words(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]


@prompt("With a resource")
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[PromptMessage]:  # noqa: N803
    """A prompt with a resource inside."""
    inside = embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
    return [said(inside), words("Please process the embedded resource above.")]


@prompt("With an image")
async def test_prompt_with_image() -> list[PromptMessage]:
    """A prompt with an image inside."""
    return [said(image()), words("Please analyze the image above.")]


@prompt("With input")
async def test_input_required_result_prompt(ctx: AnyContext) -> object:
    """A prompt that needs input first."""
    context = given(ctx, "user_context", "context")
    if context is None:
        return needed(user_context=question("What context should the prompt use?", "context"))
    return [words(f"Use the following context: {context}")]


@asynccontextmanager
async def connect(settings: ServerSettings) -> AsyncGenerator[None]:
    yield


SERVER = Server(
    name="mcp-chassis",
    distribution="toolroll-core",
    settings=ServerSettings,
    connect=connect,
    instructions="Fixtures of the conformance suite.",
    tools=(*PLAIN_TOOLS, *INPUT_TOOLS, *TASK_TOOLS),
    resources=(static_text, static_binary, watched, template),
    prompts=(
        test_simple_prompt,
        test_prompt_with_arguments,
        test_prompt_with_embedded_resource,
        test_prompt_with_image,
        test_input_required_result_prompt,
    ),
    draft=True,
)


class Events(EventStore):
    """What was sent on each stream, so that a client that comes back gets the rest."""

    def __init__(self) -> None:
        self._sent: list[tuple[str, JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        self._sent.append((stream_id, message))
        return str(len(self._sent))

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        last = int(last_event_id)
        stream_id = self._sent[last - 1][0]
        for number, (stream, message) in enumerate(self._sent[last:], last + 1):
            if stream == stream_id and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream_id


def server() -> Dispatch:
    """The fixtures; one tool's schema is the suite's own, which no Python signature spells."""
    built = Dispatch(SERVER, ServerSettings.load({"MCP_STATE_KEYS": STATE_KEY, "MCP_TASK_AFTER": TASK_AFTER}))
    rich = next(tool for tool in built.inventory.wire if tool.name == "json_schema_2020_12_tool")
    rich.input_schema = RICH_SCHEMA
    return built


async def serve(descriptor: int) -> None:
    """Serve on a socket that listens already, with sessions, so that older eras have all they have on stdio."""
    built = server()
    built.host_log.serve(built.lowlevel)
    app = built.streamable_http_app(event_store=Events(), retry_interval=RETRY_MS)
    async with ResourceSubscriptions(built.bus).served(built.lowlevel):
        await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    if sys.argv[1] == "stdio":
        sys.exit(stdio.run(server()))
    asyncio.run(serve(int(sys.argv[1])))
