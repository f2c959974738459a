"""The conformance suite's tools that answer "I need input first" (2026-07-28), written on the core."""

import json
from typing import Any, cast

from conformance_tools import AnyContext, text
from mcp_chassis.tools import reads
from mcp_types import (
    CallToolResult,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)


def question(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(words: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=words))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


def needed(state: str | None = None, **requests: Any) -> CallToolResult:
    """A tool's return type says what it answers in the end; the core passes a question on as it is."""
    return cast("CallToolResult", InputRequiredResult(input_requests=requests, request_state=state))


def given(ctx: AnyContext, name: str, field: str) -> Any:
    """What the user filled into a field, if he was asked and answered."""
    answer = (ctx.input_responses or {}).get(name)
    return (answer.content or {}).get(field) if isinstance(answer, ElicitResult) else None


@reads("Input: elicitation")
async def test_input_required_result_elicitation(ctx: AnyContext) -> CallToolResult:
    """Needs a name."""
    name = given(ctx, "user_name", "name")
    return text(f"Hello, {name}!") if name else needed(user_name=question("What is your name?", "name"))


@reads("Input: sampling")
async def test_input_required_result_sampling(ctx: AnyContext) -> CallToolResult:
    """Needs the host's model."""
    answer = (ctx.input_responses or {}).get("capital_question")
    if isinstance(answer, CreateMessageResult) and answer.content.type == "text":
        return text(f"Model said: {answer.content.text}")
    return needed(capital_question=sample("What is the capital of France?"))


@reads("Input: roots")
async def test_input_required_result_list_roots(ctx: AnyContext) -> CallToolResult:
    """Needs the host's roots."""
    answer = (ctx.input_responses or {}).get("client_roots")
    if isinstance(answer, ListRootsResult):
        return text(f"Client exposed {len(answer.roots)} root(s).")
    return needed(client_roots=ListRootsRequest())


@reads("Input: state")
async def test_input_required_result_request_state(ctx: AnyContext) -> CallToolResult:
    """Needs its state back."""
    if ctx.request_state == "nonce" and given(ctx, "confirm", "ok") is not None:
        return text("state-ok: confirmation received")
    return needed("nonce", confirm=question("Please confirm", "ok", "boolean"))


@reads("Input: several")
async def test_input_required_result_multiple_inputs(ctx: AnyContext) -> CallToolResult:
    """Needs a name, a greeting and the roots, all at once."""
    if {"user_name", "greeting", "client_roots"} <= (ctx.input_responses or {}).keys():
        return text("All inputs received.")
    user_name, greeting = question("What is your name?", "name"), sample("Generate a greeting")
    return needed("several", user_name=user_name, greeting=greeting, client_roots=ListRootsRequest())


@reads("Input: rounds")
async def test_input_required_result_multi_round(ctx: AnyContext) -> CallToolResult:
    """Needs a name, then a colour, and remembers the name in its state."""
    state = json.loads(ctx.request_state) if ctx.request_state else {}
    name, color = given(ctx, "step1", "name"), given(ctx, "step2", "color")
    if "name" in state and color:
        return text(f"{state['name']} likes {color}.")
    if state.get("round") == 1 and name:
        return needed(json.dumps({"name": name}), step2=question("What is your favorite color?", "color"))
    return needed(json.dumps({"round": 1}), step1=question("What is your name?", "name"))


@reads("Input: altered state")
async def test_input_required_result_tampered_state(ctx: AnyContext) -> CallToolResult:
    """Receives its state only if nobody altered it."""
    if ctx.request_state is None:
        return needed("round-1", confirm=question("Please confirm", "ok", "boolean"))
    return text(f"state-ok: {ctx.request_state}")


@reads("Input: capabilities")
async def test_input_required_result_capabilities(ctx: AnyContext) -> CallToolResult:
    """Asks only for what the host can do."""
    able = ctx.client_capabilities
    wanted = {
        "sampling": {"sample": sample("Say hello")},
        "elicitation": {"ask": question("What is your name?", "name")},
    }
    requests = [asked for able_to, asked in wanted.items() if able is None or getattr(able, able_to) is not None]
    return needed("capability-gated", **{name: request for asked in requests for name, request in asked.items()})


INPUT_TOOLS = (
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_tampered_state,
    test_input_required_result_capabilities,
)
