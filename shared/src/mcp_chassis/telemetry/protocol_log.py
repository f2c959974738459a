"""Debug log of protocol messages: their direction, method and id, never arguments or results."""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId

from mcp_chassis.telemetry.logs import PROTOCOL

MAX_OUTLINES = 50
MAX_NAME_CHARS = 64
_logger = logging.getLogger(PROTOCOL)


@dataclass(frozen=True)
class Outline:
    """One protocol message without its content."""

    direction: Literal["in", "out"]
    method: str | None
    id: RequestId | None
    has_result: bool
    has_error: bool


class ProtocolLog:
    """Logs messages, and stores the last `size` of them, while the protocol logger is enabled (`MCP_DEBUG=1`)."""

    def __init__(self, size: int = MAX_OUTLINES) -> None:
        self._outlines: deque[Outline] = deque(maxlen=size)

    @property
    def enabled(self) -> bool:
        return _logger.isEnabledFor(logging.DEBUG)

    def record(self, direction: Literal["in", "out"], message: JSONRPCMessage) -> None:
        """Log and store the outline of a message, if the log is enabled."""
        if self.enabled:
            self._note(_outline(direction, message))

    def record_parsed(self, direction: Literal["in", "out"], message: Mapping[str, Any]) -> None:
        """Record a message as parsed JSON; one that does not fit the protocol has no method or id."""
        if self.enabled:
            self._note(_outline_of_parsed(direction, message))

    def _note(self, outline: Outline) -> None:
        self._outlines.append(outline)
        _logger.debug("message", extra={"fields": asdict(outline)})

    def last(self) -> list[Outline]:
        """The last messages, oldest first."""
        return list(self._outlines)

    def errors(self) -> list[Outline]:
        """The errors among the last messages."""
        return [outline for outline in self._outlines if outline.has_error]


def _outline(direction: Literal["in", "out"], message: JSONRPCMessage) -> Outline:
    method = message.method if isinstance(message, JSONRPCRequest | JSONRPCNotification) else None
    identifier = None if isinstance(message, JSONRPCNotification) else message.id
    has_result = isinstance(message, JSONRPCResponse)
    return Outline(direction, method, identifier, has_result, isinstance(message, JSONRPCError))


def _outline_of_parsed(direction: Literal["in", "out"], message: Mapping[str, Any]) -> Outline:
    method, identifier = message.get("method"), message.get("id")
    return Outline(
        direction,
        method[:MAX_NAME_CHARS] if isinstance(method, str) else None,
        identifier[:MAX_NAME_CHARS] if isinstance(identifier, str) else identifier,
        has_result="result" in message,
        has_error="error" in message,
    )


PROTOCOL_LOG = ProtocolLog()
"""The log of this process."""
