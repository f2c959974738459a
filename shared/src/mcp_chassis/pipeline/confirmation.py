"""Confirmation of tool calls: a person is asked first, by elicitation or by a code that the host sends back.

A code, like the state of an elicitation, is valid for one effect, for the same caller, arguments and question. Codes
are stored beside idempotency records, so that every replica accepts them.
"""

import dataclasses
import hashlib
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field, create_model

from mcp_chassis.asking import can_elicit, form_request, request
from mcp_chassis.failures import ConfirmationRequired, Conflict, InvalidInput, PermissionDenied
from mcp_chassis.pipeline.reuse import ResultReuse
from mcp_chassis.pipeline.secret_patterns import masked
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.results import Result
from mcp_chassis.tools import Question

LIFETIME_SECONDS = 600.0
CODE_BYTES = 9
CODE = re.compile(r"[\w-]{12}", re.ASCII)
"""Format of a code of `CODE_BYTES` bytes; the state of other questions has another format."""
ANSWER = "confirm"

AnyContext = Context[Any, Any]
Answer = CallToolResult | InputRequiredResult
Run = Callable[[str | None], Awaitable[Answer]]
BY_CODE, BY_FORM = "code", "form"


class Confirmations:
    """The confirmations of one server.

    Args:
        memory: stores codes, and runs a confirmed call only once.
        plain: removes invisible characters and secrets from a text.
        deliver: renders a preview as the result of a call.
        clock: returns the Unix time in seconds.
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

    async def answer(self, query: ToolCall, ctx: AnyContext, run: Run, more: Question | None = None) -> Answer:
        """Run the call once a person has agreed, else return the question; run it at once if no agreement is needed.

        `run` receives the note of the question that was agreed to. `more` is a question of the server's rules; it is
        joined with the tool's own, and only a person can agree to it.

        Raises:
            ConfirmationRequired: the host cannot ask; contains the question and a code.
            PermissionDenied: the person did not agree.
            InvalidInput: the code is unknown, expired or for other arguments.
            Conflict: the question has changed since the code was issued.
        """
        if query.tool.definition.confirm is None and more is None:
            return await run(None)
        if more is not None:  # a code would replace the person's agreement
            query = query.without_code()
        given = query.confirmation_code
        code = given or _state(ctx)
        if code is not None and (known := await self._memory.recorded(query, _done(code))) is not None:
            return known
        asked = None if code is None else await self._asked(query, code, BY_CODE if given else BY_FORM)
        if code is not None and asked is not None and "note" in asked:
            return await self._agreed(query, ctx, code, asked, run)
        question = await query.tool.question(query.arguments, ctx)
        if isinstance(question, InputRequiredResult):
            return question
        if more is not None:
            question = more if question is None else _joined(more, question)
        return await (run(None) if question is None else self._compared(query, ctx, question, code, asked, run))

    async def _compared(
        self,
        query: ToolCall,
        ctx: AnyContext,
        question: Question,
        code: str | None,
        asked: Mapping[str, Any] | None,
        run: Run,
    ) -> Answer:
        """Run the call if this question is the one that was agreed to; else ask it."""
        text = masked(self._plain(_worded(question, query.plain)))
        unchanged = asked is not None and asked["question"] == _digest(text)
        if code is not None and asked is not None and unchanged:
            return await self._agreed(query, ctx, code, asked, run)
        if query.confirmation_code is None or question.person_only:
            return await self._ask(query, ctx, question, text, run)
        raise _invalid_code(asked)

    async def _agreed(self, query: ToolCall, ctx: AnyContext, code: str, asked: Mapping[str, Any], run: Run) -> Answer:
        """Run the call, only once for the code, unless the returned form declines."""
        form = (ctx.input_responses or {}).get(ANSWER)
        if query.confirmation_code is None and not _is_yes(form, asked["field"]):
            raise _not_agreed(form, asked["field"])
        return await self._memory.once(query, _done(code), lambda: run(asked.get("note")))

    async def _ask(self, query: ToolCall, ctx: AnyContext, question: Question, text: str, run: Run) -> Answer:
        if not can_elicit(ctx):
            return await self._coded(query, question, text)
        fields: dict[str, Any] = {question.field: (bool, Field(description="Yes, do this."))}
        asked = form_request(text, create_model("Agreement", **fields))
        if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
            code = await self._issue(query, question, text, BY_FORM)
            return InputRequiredResult(input_requests={ANSWER: asked}, request_state=code)
        form = await request(ctx, asked)
        if not _is_yes(form, question.field):
            raise _not_agreed(form, question.field)
        return await run(question.note)

    async def _coded(self, query: ToolCall, question: Question, text: str) -> Answer:
        if question.person_only:
            raise PermissionDenied(f"{text}\nOnly a person may agree to this, and this host cannot ask one.", remedy="")
        code = await self._issue(query, question, text, BY_CODE)
        if question.preview is not None:
            return self._deliver(question.preview(code))
        raise ConfirmationRequired(text, code)

    async def _issue(self, query: ToolCall, question: Question, text: str, answered_by: str) -> str:
        code = secrets.token_urlsafe(CODE_BYTES)
        asked = {"question": _digest(text), "answered_by": answered_by, "field": question.field}
        if question.note is not None:
            asked["note"] = question.note
        await self._memory.remember(query, _pending(code), asked, self._clock() + LIFETIME_SECONDS)
        return code

    async def _asked(self, query: ToolCall, code: str, answered_by: str) -> Mapping[str, Any] | None:
        """The question that a code was issued for; None if it was for another call, is expired or of the other kind."""
        record = await self._memory.found(query, _pending(code), self._clock())
        if record is None or record.outcome is None or record.arguments_hash != query.fingerprint:
            return None
        return record.outcome if record.outcome["answered_by"] == answered_by else None


def _invalid_code(asked: Mapping[str, Any] | None) -> InvalidInput | Conflict:
    """The failure of a code that was not issued for this call, or whose question has changed."""
    if asked is None:
        return InvalidInput(
            "The code in confirm was not issued for this call with these arguments, or has expired.",
            remedy="Nothing was done. Call again without confirm, show the question to the person, and send its code.",
        )
    return Conflict(
        "The state that the question was about has changed, so the agreement is no longer valid: nothing was done.",
        remedy="Call again without confirm, and show the new question.",
    )


def _joined(rules: Question, tool: Question) -> Question:
    return dataclasses.replace(tool, text=f"{rules.text}\n{tool.text}", person_only=True)


def _worded(question: Question, arguments: Mapping[str, Any]) -> str:
    """The text of a question, followed by each argument on a line of its own."""
    given = {name: value for name, value in arguments.items() if value is not None}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in given.items()]
    return "\n".join([question.text, *lines])


def _state(ctx: AnyContext) -> str | None:
    """The code in the request state, if it is that of a confirmation form; None for the state of other questions."""
    state = ctx.request_state
    return state if state is not None and CODE.fullmatch(state) else None


def _is_yes(form: object, field: str) -> bool:
    """Whether the returned form is accepted and its field is true."""
    return isinstance(form, ElicitResult) and form.action == "accept" and (form.content or {}).get(field) is True


def _pending(code: str) -> str:
    return f"confirm {code}"


def _done(code: str) -> str:
    return f"confirmed {code}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _not_agreed(form: object, field: str) -> PermissionDenied:
    """The failure of a form without agreement: it was declined, has an answer of another type, or is missing."""
    remedy = "Do not ask again unless the person wants it."
    if not isinstance(form, ElicitResult):
        return PermissionDenied("The host returned no answer of the person, so nothing was done.", remedy=remedy)
    if form.action == "accept" and not isinstance((form.content or {}).get(field), bool):
        return PermissionDenied("The host's answer does not fit the question, so nothing was done.", remedy=remedy)
    return PermissionDenied("The person did not agree.", remedy=remedy)
