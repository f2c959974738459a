"""Registry of a server's prompts, and validation of their arguments, which are single lines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from mcp_types import GetPromptResult, PromptArgument, PromptMessage, TextContent
from mcp_types import Prompt as WirePrompt

from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.output.sanitize import sanitize
from mcp_chassis.pipeline.bound_function import BoundFunction, Function, InvalidDefinition
from mcp_chassis.tools import PromptDefinition

MAX_ARGUMENT_CHARS = 2_000


class PromptRegistry:
    """Prompts by name, in the order they were declared."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self._by_name: dict[str, BoundFunction[PromptDefinition]] = {}
        for prompt in (BoundFunction(function, PromptDefinition) for function in functions):
            if prompt.name in self._by_name:
                raise InvalidDefinition(f"two prompts are called {prompt.name}")
            self._by_name[prompt.name] = prompt

    def find(self, name: str) -> BoundFunction[PromptDefinition]:
        """The prompt called `name`.

        Raises:
            NotFound: when there is none.
        """
        if name not in self._by_name:
            raise NotFound("No prompt has this name.", remedy="Choose one of prompts/list.")
        return self._by_name[name]

    def wire(self) -> list[WirePrompt]:
        return [_wire(prompt) for prompt in self._by_name.values()]


def arguments_of(prompt: BoundFunction[PromptDefinition], arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """The validated arguments of a prompt.

    Raises:
        InvalidInput: when one is missing, unknown or too long, or contains a line break.
    """
    cleaned = {name: sanitize(str(value))[0] for name, value in (arguments or {}).items()}
    for name, value in cleaned.items():
        if len(value) > MAX_ARGUMENT_CHARS or "\n" in value or "\r" in value:
            raise InvalidInput(f"{name[:80]} must be a single line of at most {MAX_ARGUMENT_CHARS} characters.")
    return prompt.arguments.check(cleaned)


def messages_of(prompt: BoundFunction[PromptDefinition], value: Any, tidy: Callable[[str], str]) -> GetPromptResult:
    """The messages of a prompt; a plain text becomes a message of the user.

    Args:
        tidy: applied to every text, such as for redaction.
    """
    parts = cast("list[Any]", value) if isinstance(value, list) else [value]
    messages = [part if isinstance(part, PromptMessage) else _message("user", str(part)) for part in parts]
    return GetPromptResult(description=prompt.description, messages=[_tidied(message, tidy) for message in messages])


def _message(role: Literal["user", "assistant"], text: str) -> PromptMessage:
    return PromptMessage(role=role, content=TextContent(type="text", text=text))


def _tidied(message: PromptMessage, tidy: Callable[[str], str]) -> PromptMessage:
    return _message(message.role, tidy(message.content.text)) if isinstance(message.content, TextContent) else message


def _title(name: str) -> str:
    """The display title of an argument, because hosts show a prompt's arguments to people."""
    return name.replace("_", " ").capitalize()


def _wire(prompt: BoundFunction[PromptDefinition]) -> WirePrompt:
    required = prompt.arguments.schema.get("required", [])
    return WirePrompt(
        name=prompt.name,
        title=prompt.definition.title,
        description=prompt.description,
        arguments=[
            PromptArgument(
                name=name, title=_title(name), description=schema.get("description"), required=name in required
            )
            for name, schema in prompt.arguments.schema["properties"].items()
        ],
    )
