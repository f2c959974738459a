"""The outline of the last protocol messages, for whoever debugs a host: never arguments or results."""

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
    """One message without its content."""

    direction: Literal["in", "out"]
    method: str | None
    id: RequestId | None
    has_result: bool
    has_error: bool


class ProtocolLog:
    """Logs and keeps the outlines of messages while the protocol's logger is on, which `MCP_DEBUG=1` does."""

    def __init__(self, kept: int = MAX_OUTLINES) -> None:
        self._outlines: deque[Outline] = deque(maxlen=kept)

    def note(self, direction: Literal["in", "out"], message: JSONRPCMessage) -> None:
        if _logger.isEnabledFor(logging.DEBUG):
            outline = _outline(direction, message)
            self._outlines.append(outline)
            _logger.debug("message", extra={"fields": asdict(outline)})

    def last(self) -> list[Outline]:
        """The last messages, the oldest first."""
        return list(self._outlines)

    def errors(self) -> list[Outline]:
        """Those of the last messages that carry an error."""
        return [outline for outline in self._outlines if outline.has_error]


def _outline(direction: Literal["in", "out"], message: JSONRPCMessage) -> Outline:
    method = message.method if isinstance(message, JSONRPCRequest | JSONRPCNotification) else None
    identifier = None if isinstance(message, JSONRPCNotification) else message.id
    has_result = isinstance(message, JSONRPCResponse)
    return Outline(direction, method, identifier, has_result, isinstance(message, JSONRPCError))


PROTOCOL_LOG = ProtocolLog()
"""What this process keeps."""
