"""Checks before tool calls: the policy file, credentials in writes, and writes after untrusted text was read."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, InputRequiredResult

from mcp_chassis.failures import ErrorCode, Failure, PermissionDenied
from mcp_chassis.output.labels import is_untrusted
from mcp_chassis.pipeline.call_policy import CallPolicy, read_policy
from mcp_chassis.pipeline.reuse import ResultReuse
from mcp_chassis.pipeline.secret_patterns import credentials_in
from mcp_chassis.pipeline.taint import RecordedTaint, Taint
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.sign_in import SignInNeeded
from mcp_chassis.tools import Question

AnyContext = Context[Any, Any]
Answer = CallToolResult | InputRequiredResult
Confirmed = Callable[[Question | None], Awaitable[Answer]]
_NOT_QUOTING = {
    ErrorCode.AUTHENTICATION_FAILED,
    ErrorCode.CONFIRMATION_REQUIRED,
    ErrorCode.INTERNAL_ERROR,
    ErrorCode.RATE_LIMITED,
    ErrorCode.SERVICE_UNAVAILABLE,
    ErrorCode.TIMEOUT,
}
"""Codes of failures whose messages do not quote text that others wrote; those of all other codes may."""


class CallRules:
    """Decides whether a call is made, needs a person's agreement first, or is refused."""

    def __init__(
        self, server: Server[Any], settings: ServerSettings, policy: CallPolicy, taint: Taint, memory: ResultReuse
    ) -> None:
        self.policy = policy
        self._server = server
        self._flow = settings.flow
        self._taint = taint
        self._memory = memory

    async def answer(self, query: ToolCall, ctx: AnyContext, confirmed: Confirmed) -> Answer:
        """The result of a call that no rule refuses, new or reused.

        Args:
            confirmed: makes the call, once a person has agreed to its argument if that is a question.
        """
        asked = await self._question(query, ctx)
        try:
            if asked is not None and query.tool.definition.read_only:
                answer = await confirmed(asked)  # a reused result would skip the question
            else:
                answer = await self._memory.answer(query, lambda: confirmed(asked))
        except Failure as failure:
            await self._note_failure(query, failure)
            raise
        if self._flow != "off" and isinstance(answer, CallToolResult) and is_untrusted(answer.meta):
            await self._taint.remember(query.principal)
        return answer

    async def _question(self, query: ToolCall, ctx: AnyContext) -> Question | None:
        """The question that a person must agree to before the call; None if no rule asks one.

        Raises:
            PermissionDenied: when a rule refuses the call.
        """
        reasons = [*self._by_policy(query), *self._about_credentials(query), *await self._by_flow(query, ctx)]
        return Question("\n".join(reasons), person_only=True) if reasons else None

    async def _note_failure(self, query: ToolCall, failure: Failure) -> None:
        """Record that the principal was given untrusted text, if the failure may quote it."""
        outside = self._server.foreign_text and query.tool.definition.open_world
        if self._flow != "off" and outside and failure.code not in _NOT_QUOTING:
            await self._taint.remember(query.principal)

    async def note_text(self, principal: str, *texts: str) -> None:
        """Record that a principal was given untrusted text outside tools: resources, prompts, names or completions."""
        if texts and self._flow != "off" and self._server.foreign_text:
            await self._taint.remember(principal)

    def _by_policy(self, query: ToolCall) -> list[str]:
        verdict, rule = self.policy.verdict(query.tool.name, query.plain, query.principal)
        if rule is None or verdict == "allow":
            return []
        if verdict == "deny":
            raise PermissionDenied(
                f"Rule {rule.number} of the policy file refuses this call of {query.tool.name}.",
                remedy="Nothing was done; only the person who runs the server can change the rule.",
            )
        return [f"Rule {rule.number} of the policy file asks for your agreement to {query.tool.name}."]

    def _about_credentials(self, query: ToolCall) -> list[str]:
        if query.tool.definition.read_only:
            return []
        found = list(credentials_in(query.plain))
        return [f"{name} seems to contain {kind}. Send it anyway?" for name, kind in found]

    async def _by_flow(self, query: ToolCall, ctx: AnyContext) -> list[str]:
        notes = query.tool.definition
        if self._flow == "off" or notes.read_only or not notes.open_world:
            return []
        if not await self._taint.holds(query.principal) or not await self._is_public(query.arguments, ctx):
            return []
        if self._flow == "deny":
            raise PermissionDenied(
                f"{query.tool.name} would send something out after untrusted text was read, which MCP_FLOW=deny "
                "refuses.",
                remedy="Nothing was done. Tell the person what was to be sent; they can do it themselves.",
            )
        return [f"Untrusted text was read before this call of {query.tool.name} and may be the reason for it. Go on?"]

    async def _is_public(self, arguments: Mapping[str, Any], ctx: AnyContext) -> bool:
        """Whether a write goes to a public place; True if that is not known."""
        if self._server.writes_in_public is None:
            return True
        try:
            async with ctx.request_context.lifespan_context.connected() as connection:
                return await self._server.writes_in_public(connection, arguments)
        except (Failure, SignInNeeded):
            return True


def rules_of(server: Server[Any], settings: ServerSettings, memory: ResultReuse, *, shared: bool) -> CallRules:
    """The rules of a server under its settings.

    Args:
        shared: whether other processes serve the same callers.

    Raises:
        BadSettings: naming each rule of the policy file that is malformed.
    """
    recorded = RecordedTaint(server.name, lambda: memory.records) if shared else None
    return CallRules(server, settings, policy_of(server, settings), Taint(settings.flow_seconds, recorded), memory)


def policy_of(server: Server[Any], settings: ServerSettings) -> CallPolicy:
    """The rules of the policy file that the settings name, else of the user's own file, else none.

    Raises:
        BadSettings: naming each rule that is malformed.
    """
    path = settings.policy_file or own_policy_file()
    if not path:
        return CallPolicy(server.name)
    parameters = {tool.__name__: list(inspect.signature(tool).parameters) for tool in server.every_tool}
    return read_policy(path, server.name, parameters)


def own_policy_file() -> str:
    """Path of the user's `policy.toml`; empty if it does not exist."""
    from platformdirs import user_config_path

    path = user_config_path("toolroll") / "policy.toml"
    return str(path) if path.is_file() else ""
