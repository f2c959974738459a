"""Confirmation of a tool's effect: a person is asked first, by elicitation or by a code that the host sends back.

A code, and the state of an elicitation, is good for one effect of one caller with the same arguments and the same
question. Codes live where idempotency records do, so that any replica takes them.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field, create_model

from mcp_chassis.failures import ConfirmationRequired, Conflict, InvalidInput, PermissionDenied
from mcp_chassis.pipeline.reuse import ResultReuse
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.results import Result
from mcp_chassis.tools import Question

LIFETIME_SECONDS = 600.0
CODE_BYTES = 9
ANSWER = "confirm"

AnyContext = Context[Any, Any]
Answer = CallToolResult | InputRequiredResult
Run = Callable[[], Awaitable[Answer]]


class Confirmations:
    """The confirmations of one server.

    Args:
        memory: keeps codes, and runs what was confirmed once.
        plain: cleans a text of invisible characters and secrets.
        deliver: makes a preview the result of a call.
        clock: the time of day in seconds.
    """

    def __init__(
        self,
        memory: ResultReuse,
        plain: Callable[[str], str],
        deliver: Callable[[Result], CallToolResult],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._memory = memory
        self._plain = plain
        self._deliver = deliver
        self._clock = clock

    async def answer(self, query: ToolCall, ctx: AnyContext, run: Run) -> Answer:
        """What `run` gives once a person has agreed, or the question; `run` at once where nobody is to be asked.

        Raises:
            ConfirmationRequired: the host cannot ask; holds the question and a code.
            PermissionDenied: the person did not agree.
            InvalidInput: the code is unknown, too old or for other arguments.
            Conflict: the question would be another one now.
        """
        if query.tool.definition.confirm is None:
            return await run()
        code = query.arguments.get("confirm") or _state(ctx)
        if code is not None and (known := await self._memory.recorded(query, _done(code))) is not None:
            return known
        question = await query.tool.question(query.arguments, ctx)
        if question is None:
            return await run()
        if isinstance(question, InputRequiredResult):
            return question
        return await self._confirmed(query, ctx, question, self._plain(_worded(question, query.plain)), run)

    async def _confirmed(self, query: ToolCall, ctx: AnyContext, question: Question, text: str, run: Run) -> Answer:
        given = query.arguments.get("confirm")
        if given is not None and not question.person_only:
            await self._check(query, given, text)
            return await self._memory.once(query, _done(given), run)
        if not _can_elicit(ctx):
            return await self._coded(query, question, text)
        if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            agreed = await ctx.elicit(text, create_model("Agreement", **_fields(question)))
            if isinstance(agreed, AcceptedElicitation) and getattr(agreed.data, question.field):
                return await run()
            raise _not_agreed()
        return await self._elicited(query, ctx, question, text, run)

    async def _elicited(self, query: ToolCall, ctx: AnyContext, question: Question, text: str, run: Run) -> Answer:
        """The newer era: the answer comes with the same call again, and the state with it."""
        code, given = _state(ctx), (ctx.input_responses or {}).get(ANSWER)
        if code is None or given is None or not await self._is_asked(query, code, text):
            code = await self._issue(query, text)
            schema = create_model("Agreement", **_fields(question)).model_json_schema()
            asked = ElicitRequest(params=ElicitRequestFormParams(message=text, requested_schema=schema))
            return InputRequiredResult(input_requests={ANSWER: asked}, request_state=code)
        if not (
            isinstance(given, ElicitResult)
            and given.action == "accept"
            and (given.content or {}).get(question.field) is True
        ):
            raise _not_agreed()
        return await self._memory.once(query, _done(code), run)

    async def _coded(self, query: ToolCall, question: Question, text: str) -> Answer:
        if question.person_only:
            raise PermissionDenied(f"{text} Only a person may agree to this, and this host cannot ask one.", remedy="")
        code = await self._issue(query, text)
        if question.preview is not None:
            return self._deliver(question.preview(code))
        raise ConfirmationRequired(text, code)

    async def _issue(self, query: ToolCall, text: str) -> str:
        code = secrets.token_urlsafe(CODE_BYTES)
        await self._memory.remember(query, _asked(code), {"question": _digest(text)}, self._clock() + LIFETIME_SECONDS)
        return code

    async def _is_asked(self, query: ToolCall, code: str, text: str) -> bool:
        record = await self._memory.found(query, _asked(code), self._clock())
        return (
            record is not None
            and record.arguments_hash == query.fingerprint
            and record.outcome == {"question": _digest(text)}
        )

    async def _check(self, query: ToolCall, code: str, text: str) -> None:
        record = await self._memory.found(query, _asked(code), self._clock())
        if record is None or record.arguments_hash != query.fingerprint:
            raise InvalidInput(
                "The code in confirm was not given for this call with these arguments, or is too old.",
                remedy="Call again without confirm, show the question to the person, and send its code.",
            )
        if record.outcome != {"question": _digest(text)}:
            raise Conflict(
                "What was asked about has changed since, so that the agreement no longer holds.",
                remedy="Call again without confirm, and show the new question.",
            )


def _worded(question: Question, arguments: Mapping[str, Any]) -> str:
    """The question, and everything it is about: each argument on a line of its own."""
    given = {name: value for name, value in arguments.items() if value is not None and name != "confirm"}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in given.items()]
    return "\n".join([question.text, *lines])


def _fields(question: Question) -> dict[str, Any]:
    return {question.field: (bool, Field(description="Yes, do this."))}


def _can_elicit(ctx: AnyContext) -> bool:
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return ctx.protocol_version in MODERN_PROTOCOL_VERSIONS or ctx.request_context.session.can_send_request


def _state(ctx: AnyContext) -> str | None:
    return ctx.request_state if ctx.input_responses and ANSWER in ctx.input_responses else None


def _asked(code: str) -> str:
    return f"confirm {code}"


def _done(code: str) -> str:
    return f"confirmed {code}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _not_agreed() -> PermissionDenied:
    return PermissionDenied("The person did not agree.", remedy="Do not ask again unless the person wants it.")
