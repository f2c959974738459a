"""Completion of the arguments of prompts and of the variables in resource templates."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import Context
from mcp_types import CompleteRequestParams, CompleteResult, Completion, PromptReference

from mcp_chassis.output.render import Renderer
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.pipeline.prompt_registry import PromptRegistry
from mcp_chassis.pipeline.resource_registry import ResourceRegistry
from mcp_chassis.pipeline.transport import Authorizer
from mcp_chassis.tools import PROMPTS, RESOURCES

MAX_COMPLETIONS = 100  # the protocol's own limit
Note = Callable[..., Awaitable[None]]


class Completions:
    """The completions of one server.

    Args:
        gate: checks that the caller may read prompts or resources.
        delivery: removes invisible characters and secrets from values.
        note: records that a principal was given untrusted text.
        usual_seconds: the deadline of prompts and templates without one of their own.
    """

    def __init__(
        self,
        prompts: PromptRegistry,
        catalog: ResourceRegistry,
        gate: Authorizer,
        delivery: Renderer,
        note: Note,
        usual_seconds: float,
    ) -> None:
        self._prompts = prompts
        self._catalog = catalog
        self._gate = gate
        self._line = delivery.line
        self._note = note
        self._usual_seconds = usual_seconds

    async def completion(self, ctx: Context[Any, Any], params: CompleteRequestParams) -> CompleteResult:
        """At most 100 values that begin with the given text, and the total number of them.

        Raises:
            NotFound: when there is no such prompt or template.
        """
        self._gate.check(PROMPTS if isinstance(params.ref, PromptReference) else RESOURCES)
        prompt_or_template = (
            self._prompts.find(params.ref.name)
            if isinstance(params.ref, PromptReference)
            else self._catalog.template(params.ref.uri)
        )
        chosen = (params.context.arguments if params.context else None) or {}
        name, prefix = params.argument.name, params.argument.value
        values = await prompt_or_template.complete(name, prefix, chosen, ctx, self._usual_seconds)
        await self._note(current_principal(), *values)
        shown = [self._line(value) for value in list(values)[:MAX_COMPLETIONS]]
        return CompleteResult(completion=Completion(values=shown, total=len(values), has_more=len(values) > len(shown)))
