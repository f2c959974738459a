"""Hosts that are asked for a model's or a person's answer, each in any protocol revision, refusals included."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.client import ClientSession
from mcp.client._memory import InMemoryTransport
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import (
    CallToolResult,
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageResult,
    ElicitResult,
    ErrorData,
    Implementation,
    InitializedNotification,
    InitializeRequest,
    InitializeRequestParams,
    InitializeResult,
    InputRequiredResult,
    TextContent,
)
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server
from remote_http import BASE, served

MODERN = "2026-07-28"
REVISIONS = ["2025-06-18", "2025-11-25", MODERN]
REFUSAL = ErrorData(code=-1, message="User rejected the request")
MAX_ROUNDS = 5
Call = Callable[[str, Mapping[str, Any]], Awaitable[CallToolResult]]


@dataclass
class Host:
    """A host that can be asked; `questions` is what its model and its person read, `heard` what it is told meanwhile.

    Args:
        model: what the model answers; None where the person refuses to lend it, left out where there is none.
        person: the form that comes back; None where the host sends none, left out where it shows no forms.
    """

    model: str | type[Ellipsis] | None = ...
    person: ElicitResult | type[Ellipsis] | None = ...
    questions: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    async def hear(self, params: Any) -> None:
        self.heard.append(params.data)

    async def sample(self, context: Any, params: Any) -> CreateMessageResult | ErrorData:
        self.questions.append(params.messages[0].content.text)
        if self.model is None:
            return REFUSAL
        return CreateMessageResult(role="assistant", content=TextContent(type="text", text=self.model), model="m")

    async def elicit(self, context: Any, params: Any) -> ElicitResult | ErrorData:
        self.questions.append(params.message)
        return REFUSAL if self.person is None else self.person

    @property
    def callbacks(self) -> dict[str, Any]:
        """The callbacks of an SDK client, of which only those that are given become capabilities."""
        callbacks = {"sampling_callback": self.sample} if self.model is not ... else {}
        return {**callbacks, **({"elicitation_callback": self.elicit} if self.person is not ... else {})}

    async def call(self, session: ClientSession, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Call in the newest revision: what is refused is left out of the next round."""
        more: dict[str, Any] = {}
        for _ in range(MAX_ROUNDS):
            result = await session.call_tool(tool, dict(arguments), allow_input_required=True, **more)
            if not isinstance(result, InputRequiredResult):
                return result
            asked = (result.input_requests or {}).items()
            answers = {key: await self._answer(question) for key, question in asked}
            given = {key: answer for key, answer in answers.items() if not isinstance(answer, ErrorData)}
            more = {"input_responses": given, "request_state": result.request_state}
        raise AssertionError(f"asked again and again: {self.questions}")

    async def _answer(self, question: Any) -> Any:
        ask = self.sample if isinstance(question, CreateMessageRequest) else self.elicit
        return await ask(None, question.params)


@asynccontextmanager
async def hosted(server: Server[Any], host: Host, revision: str, env: Mapping[str, str]) -> AsyncGenerator[Call]:
    """A function that calls tools of `server` from this host."""
    app = Dispatch(server, server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory", **env}))
    app.host_log.serve(app.lowlevel)
    if revision == MODERN:
        async with Client(app, mode=MODERN, logging_callback=host.hear, log_level="info", **host.callbacks) as client:
            yield lambda tool, arguments: host.call(client.session, tool, arguments)
        return
    hearing = {"logging_callback": host.hear, **host.callbacks}
    async with InMemoryTransport(app) as streams, ClientSession(*streams, **hearing) as session:
        await _shake_hands(session, revision, host)
        await session.set_logging_level("info")
        yield session.call_tool


@asynccontextmanager
async def hosted_over_http(
    server: Server[Any], host: Host, revision: str, env: Mapping[str, str]
) -> AsyncGenerator[Call]:
    """The same over HTTP, where a host of an earlier revision declares what it can do and cannot be asked."""
    async with served({"": server}, env) as http:
        transport = streamable_http_client(f"{BASE}/mcp", http_client=http)
        if revision == MODERN:
            async with Client(transport, mode=MODERN, **host.callbacks) as client:
                yield lambda tool, arguments: host.call(client.session, tool, arguments)
            return
        async with transport as streams, ClientSession(*streams, **host.callbacks) as session:
            await _shake_hands(session, revision, host)
            yield session.call_tool


async def _shake_hands(session: ClientSession, revision: str, host: Host) -> None:
    able = {name.partition("_")[0]: {} for name in host.callbacks}
    params = InitializeRequestParams(
        protocol_version=revision,
        capabilities=ClientCapabilities.model_validate(able),
        client_info=Implementation(name="host", version="1"),
    )
    result = await session.send_request(InitializeRequest(params=params), InitializeResult)
    assert result.protocol_version == revision
    session.adopt(result)
    await session.send_notification(InitializedNotification())
