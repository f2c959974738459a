"""Questions to the host during a call: to its model (sampling) and its person (elicitation), in every revision.

Since 2026-07-28 a question ends the call with an `InputRequiredResult`, and the host calls again with the answer. The
function then runs from its beginning, and questions that have an answer return it at once. In earlier revisions the
question is a request of the server, and the call waits. Without an answer, both functions return a `NoAnswer`.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast

from mcp.server.elicitation import render_elicitation_schema
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    SamplingMessage,
    TextContent,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, ValidationError

from mcp_chassis.telemetry.observer import announce

AnyContext = Context[Any, Any]
Form = TypeVar("Form", bound=BaseModel)
Question = CreateMessageRequest | ElicitRequest

STATE_VERSION = "asked 1"


class NoAnswer(Enum):
    """The reason why a question has no answer; its value is a predicate for a sentence such as "The person ..."."""

    CANNOT_ASK = "cannot be asked here"
    NOT_GIVEN = "gave no answer"
    DECLINED = "declined to answer"
    CLOSED = "closed the question without an answer"
    UNUSABLE = "gave an answer that cannot be used"


class QuestionPending(Exception):
    """The host has to answer a question first; `result` contains it. Raised since 2026-07-28 and caught by the core."""

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("the host must be asked first")
        self.result = result


async def ask_model(ctx: AnyContext, key: str, text: str, *, max_tokens: int) -> str | NoAnswer:
    """Ask the host's model and return the text of its answer.

    Args:
        key: the name of the question, unique within one call.
        max_tokens: maximum number of tokens of the answer.
    """
    if not can_sample(ctx):
        return NoAnswer.CANNOT_ASK
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    asked = CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=max_tokens))
    answer = await _answer(ctx, key, asked)
    if isinstance(answer, NoAnswer):
        return answer
    usable = isinstance(answer, CreateMessageResult) and isinstance(answer.content, TextContent)
    return cast("TextContent", answer.content).text if usable else NoAnswer.UNUSABLE


async def ask_person(
    ctx: AnyContext, key: str, text: str, form: type[Form], *, because: str | None = None
) -> Form | NoAnswer:
    """Ask the host's person and return the form that it fills in; fields are texts, numbers, booleans and choices.

    Args:
        key: the name of the question, unique within one call.
        because: a sentence that is announced to the host once, when the question is sent.
    """
    if not can_elicit(ctx):
        return NoAnswer.CANNOT_ASK
    answer = await _answer(ctx, key, form_request(text, form), because)
    if isinstance(answer, NoAnswer):
        return answer
    if not isinstance(answer, ElicitResult):
        return NoAnswer.UNUSABLE
    if answer.action != "accept":
        return NoAnswer.DECLINED if answer.action == "decline" else NoAnswer.CLOSED
    try:
        return form.model_validate(answer.content)
    except ValidationError:
        return NoAnswer.UNUSABLE


def form_request(text: str, form: type[BaseModel]) -> ElicitRequest:
    """An elicitation request with `text` and the form."""
    return ElicitRequest(params=ElicitRequestFormParams(message=text, requested_schema=render_elicitation_schema(form)))


def can_sample(ctx: AnyContext) -> bool:
    """Whether the host of this call supports sampling."""
    capabilities = ctx.client_capabilities
    return capabilities is not None and capabilities.sampling is not None and _can_ask(ctx)


def can_elicit(ctx: AnyContext) -> bool:
    """Whether the host of this call can show a form to a person."""
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return _can_ask(ctx)


def _can_ask(ctx: AnyContext) -> bool:
    """Whether a question can reach the host: not over stateless HTTP in earlier revisions."""
    return ctx.protocol_version in MODERN_PROTOCOL_VERSIONS or ctx.request_context.session.can_send_request


async def _answer(ctx: AnyContext, key: str, asked: Question, because: str | None = None) -> Any:
    """The host's answer, or `NoAnswer`. `because` is announced if the question is sent now.

    Raises:
        QuestionPending: since 2026-07-28, when this question was not asked yet.
    """
    if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        await _announced(because)
        return await request(ctx, asked)
    answers, digest = _answers(ctx), _digest(asked)
    if (given := answers.get(key)) and given["asked"] == digest:
        return _restored(given["answer"], asked)
    await _announced(because)
    state = json.dumps({"version": STATE_VERSION, "asked": {key: digest}, "answers": answers})
    raise QuestionPending(InputRequiredResult(input_requests={key: asked}, request_state=state))


async def _announced(because: str | None) -> None:
    if because is not None:
        await announce("info", because)


async def request(ctx: AnyContext, asked: Question) -> Any:
    """Send a request to the host, before 2026-07-28, and return its answer, or `NoAnswer` if it refuses or cannot."""
    kind = _kind(asked)
    try:
        return await ctx.request_context.session.send_request(
            asked, kind, metadata=ServerMessageMetadata(related_request_id=ctx.request_id)
        )
    except MCPError:
        return NoAnswer.NOT_GIVEN
    except ValidationError:
        return NoAnswer.UNUSABLE


def _restored(plain: Mapping[str, Any] | None, asked: Question) -> Any:
    if plain is None:
        return NoAnswer.NOT_GIVEN
    try:
        return _kind(asked).model_validate(plain)
    except ValidationError:
        return NoAnswer.UNUSABLE


def _kind(asked: Question) -> type[CreateMessageResult] | type[ElicitResult]:
    return CreateMessageResult if isinstance(asked, CreateMessageRequest) else ElicitResult


def _answers(ctx: AnyContext) -> dict[str, dict[str, Any]]:
    """The answers of all rounds by question; null if the host called again without an answer.

    The request state can be trusted, because the SDK verifies its signature.
    """
    try:
        state: Any = json.loads(ctx.request_state or "")
    except ValueError:
        return {}
    if not isinstance(state, dict) or cast("dict[str, Any]", state).get("version") != STATE_VERSION:
        return {}
    state = cast("dict[str, dict[str, Any]]", state)
    latest = {key: {"asked": digest, "answer": _plain(ctx, key)} for key, digest in state["asked"].items()}
    return {**state["answers"], **latest}


def _plain(ctx: AnyContext, key: str) -> dict[str, Any] | None:
    answer = (ctx.input_responses or {}).get(key)
    return None if answer is None else answer.model_dump(mode="json", by_alias=True, exclude_none=True)


def _digest(asked: Question) -> str:
    plain = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode(errors="surrogatepass")).hexdigest()
