"""The conformance suite's fixture tools of every era, written on the core: what they answer is the suite's wish."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.shared.exceptions import MCPError
from mcp_chassis.tools import reads
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

AnyContext = Context[Any, Any]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="


def content(*blocks: Any) -> CallToolResult:
    return CallToolResult(content=list(blocks))


def text(words: str) -> CallToolResult:
    return content(TextContent(type="text", text=words))


def image() -> ImageContent:
    return ImageContent(type="image", data=PIXEL, mime_type="image/png")


def embedded(uri: str, mime_type: str, words: str) -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=words)
    return EmbeddedResource(type="resource", resource=contents)


@reads("Text")
async def test_simple_text() -> CallToolResult:
    """Answers with a text."""
    return text("This is a simple text response for testing.")


@reads("Image")
async def test_image_content() -> CallToolResult:
    """Answers with an image."""
    return content(image())


@reads("Audio")
async def test_audio_content() -> CallToolResult:
    """Answers with a sound."""
    return content(AudioContent(type="audio", data=SILENCE, mime_type="audio/wav"))


@reads("Embedded resource")
async def test_embedded_resource() -> CallToolResult:
    """Answers with a resource inside."""
    return content(embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))


@reads("Several kinds")
async def test_multiple_content_types() -> CallToolResult:
    """Answers with text, an image and a resource."""
    resource = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return content(TextContent(type="text", text="Multiple content types test:"), image(), resource)


@reads("Failing")
async def test_error_handling() -> CallToolResult:
    """Fails, as a bug would."""
    raise RuntimeError("This tool intentionally returns an error for testing")


@reads("Logging")
async def test_tool_with_logging(ctx: AnyContext) -> CallToolResult:
    """Tells the host three things while it works."""
    for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(line)
    return text("Tool with logging executed successfully")


@reads("Logging, asked for")
async def test_logging_tool(ctx: AnyContext) -> CallToolResult:
    """Tells the host one thing, which it hears only if it asked for a level."""
    await ctx.info("Working")
    return text("done")


@reads("Progress")
async def test_tool_with_progress(ctx: AnyContext) -> CallToolResult:
    """Reports how far it is."""
    for done in (0, 50, 100):
        await ctx.report_progress(progress=done, total=100, message=f"Completed step {done} of 100")
    meta = ctx.request_context.meta or {}
    return text(str(meta.get("progress_token", 0)))


@reads("Sampling")
async def test_sampling(prompt: str, ctx: AnyContext) -> CallToolResult:
    """Asks the host's model."""
    asked = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    answer = await ctx.session.create_message(messages=[asked], max_tokens=100, related_request_id=ctx.request_id)
    return text(f"LLM response: {answer.content.text if answer.content.type == 'text' else 'No response'}")


class UserResponse(BaseModel):
    response: str = Field(description="User's response")


class Defaults(BaseModel):
    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: str = Field(default="active", json_schema_extra={"enum": ["active", "inactive", "pending"]})
    verified: bool = True


def titled(**titles: str) -> list[dict[str, str]]:
    return [{"const": value, "title": title} for value, title in titles.items()]


class Choices(BaseModel):
    untitledSingle: str = Field(json_schema_extra={"enum": ["active", "inactive", "pending"]})  # noqa: N815
    titledSingle: str = Field(json_schema_extra={"oneOf": titled(low="Low", medium="Medium", high="High")})  # noqa: N815
    untitledMulti: list[str] = Field(json_schema_extra={"items": {"type": "string", "enum": ["read", "write"]}})  # noqa: N815
    titledMulti: list[str] = Field(json_schema_extra={"items": {"anyOf": titled(feature="Feature", bug="Bug")}})  # noqa: N815
    legacyEnum: str = Field(json_schema_extra={"enum": ["small", "large"], "enumNames": ["Small", "Large"]})  # noqa: N815


async def user_response() -> Elicit[UserResponse]:
    return Elicit("What do you say?", UserResponse)


async def asked(ctx: AnyContext, message: str, schema: type[BaseModel]) -> CallToolResult:
    answer = await ctx.elicit(message=message, schema=schema)
    given = answer.data.model_dump_json() if answer.action == "accept" else "{}"
    return text(f"User response: action={answer.action}, content={given}")


@reads("Elicitation")
async def test_elicitation(message: str, ctx: AnyContext) -> CallToolResult:
    """Asks the user."""
    return await asked(ctx, message, UserResponse)


@reads("Elicitation while streaming")
async def test_streaming_elicitation(answer: Annotated[UserResponse, Resolve(user_response)]) -> CallToolResult:
    """Asks the user, in whatever way the host's era has for it."""
    return text(f"User response: {answer.response}")


@reads("Elicitation with defaults")
async def test_elicitation_sep1034_defaults(ctx: AnyContext) -> CallToolResult:
    """Asks the user, with an answer for each kind of field already there."""
    return await asked(ctx, "Please provide user information", Defaults)


@reads("Elicitation with choices")
async def test_elicitation_sep1330_enums(ctx: AnyContext) -> CallToolResult:
    """Asks the user to choose, in every way a schema can say so."""
    return await asked(ctx, "Please select values", Choices)


@reads("Parameter in a header")
async def test_x_mcp_header(
    region: Annotated[str, Field(max_length=100, json_schema_extra={"x-mcp-header": "Region"})],
) -> CallToolResult:
    """Has a parameter that HTTP mirrors into a header."""
    return text(f"region={region}")


@reads("Needs sampling")
async def test_missing_capability(ctx: AnyContext) -> CallToolResult:
    """Refuses a host that cannot sample, in the protocol's own words."""
    capabilities = ctx.session.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        needed = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool requires the client 'sampling' capability", needed
        )
    return text("Client declared sampling capability; proceeding.")


@reads("A rich schema")
async def json_schema_2020_12_tool() -> CallToolResult:
    """Shows a schema that uses every keyword of 2020-12."""
    return text("json_schema_2020_12_tool")


RICH_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


@reads("Reconnection")
async def test_reconnection(ctx: AnyContext) -> CallToolResult:
    """Closes its stream in the middle, so that the client comes back for the rest."""
    await ctx.info("Before disconnect")
    await ctx.close_sse_stream()
    await ctx.info("After reconnect")
    return text("Reconnection test completed")


@reads("Tool list changed")
async def test_trigger_tool_change(ctx: AnyContext) -> CallToolResult:
    """Tells listeners that the tools changed."""
    await ctx.notify_tools_changed()
    return text("tool list changed")


@reads("Prompt list changed")
async def test_trigger_prompt_change(ctx: AnyContext) -> CallToolResult:
    """Tells listeners that the prompts changed."""
    await ctx.notify_prompts_changed()
    return text("prompt list changed")


PLAIN_TOOLS = (
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_error_handling,
    test_tool_with_logging,
    test_logging_tool,
    test_tool_with_progress,
    test_sampling,
    test_elicitation,
    test_streaming_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_x_mcp_header,
    test_missing_capability,
    json_schema_2020_12_tool,
    test_reconnection,
    test_trigger_tool_change,
    test_trigger_prompt_change,
)
