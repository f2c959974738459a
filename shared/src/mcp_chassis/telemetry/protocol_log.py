"""Debug log of protocol messages: their direction, method and id, never arguments or results."""

import logging
from collections import deque
from dataclasses import asdict, dataclass
from typing import Literal

from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId

from mcp_chassis.telemetry.logs import PROTOCOL

MAX_OUTLINES = 50
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
    """Logs messages and keeps the last `size` of them while the protocol logger is enabled (`MCP_DEBUG=1`)."""

    def __init__(self, size: int = MAX_OUTLINES) -> None:
        self._outlines: deque[Outline] = deque(maxlen=size)

    def record(self, direction: Literal["in", "out"], message: JSONRPCMessage) -> None:
        if _logger.isEnabledFor(logging.DEBUG):
            outline = _outline(direction, message)
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


PROTOCOL_LOG = ProtocolLog()
"""The log of this process."""
