"""One tool call: tool, validated arguments, principal, and the fingerprint of the three."""

import dataclasses
import hashlib
from functools import cached_property
from typing import Any, Self

from mcp_chassis.output.cursors import START, Cursors, Position, binding
from mcp_chassis.pipeline.bound_function import BoundFunction
from mcp_chassis.tools import ArgumentMark, ToolDefinition


@dataclasses.dataclass(frozen=True)
class ToolCall:
    """A tool, its validated arguments and the principal."""

    tool: BoundFunction[ToolDefinition]
    arguments: dict[str, Any]
    principal: str

    @property
    def pages(self) -> bool:
        return ArgumentMark.CURSOR in self.tool.roles

    @property
    def idempotency_key(self) -> str | None:
        return self._value(ArgumentMark.IDEMPOTENCY_KEY)

    @property
    def confirmation_code(self) -> str | None:
        return self._value(ArgumentMark.CONFIRMATION)

    @property
    def fresh(self) -> bool:
        """Whether the caller requests a result that does not come from the cache."""
        return bool(self._value(ArgumentMark.FRESH))

    @property
    def cached_by(self) -> dict[str, Any]:
        """The arguments without `fresh`: those that determine the result."""
        fresh = self.tool.roles.get(ArgumentMark.FRESH)
        return {name: value for name, value in self.arguments.items() if name != fresh}

    def without_code(self) -> Self:
        """The same call without a confirmation code."""
        code = self.tool.roles.get(ArgumentMark.CONFIRMATION)
        return self if code is None else dataclasses.replace(self, arguments={**self.arguments, code: None})

    @property
    def plain(self) -> dict[str, Any]:
        """The arguments without the cursor, the key, the code and `fresh`, which do not change the query."""
        roles = self.tool.roles.values()
        return {name: value for name, value in self.arguments.items() if name not in roles}

    @cached_property
    def bound_to(self) -> bytes:
        """Binding of a cursor: the principal, the tool and the arguments."""
        return binding(self.principal, self.tool.name, self.plain)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the principal, the tool and the arguments, to recognise the same call."""
        return hashlib.sha256(self.bound_to).hexdigest()

    def start(self, cursors: Cursors) -> Position:
        """The position at which the page begins.

        Raises:
            InvalidInput: when the cursor belongs to another query.
        """
        cursor = self._value(ArgumentMark.CURSOR)
        return START if cursor is None else cursors.open(cursor, self.bound_to)

    def passed_to_tool(self, start: Position, note: str | None = None) -> dict[str, Any]:
        """The arguments as the tool receives them: its own position for the cursor, the note for the code."""
        roles = self.tool.roles
        own = {roles.get(ArgumentMark.CURSOR): start.own, roles.get(ArgumentMark.CONFIRMATION): note}
        return {name: own.get(name, value) for name, value in self.arguments.items()}

    def _value(self, mark: ArgumentMark) -> str | None:
        """The value of the parameter with a mark; None where the tool has none."""
        name = self.tool.roles.get(mark)
        return None if name is None else self.arguments.get(name)
