"""State of a connection that the front passes to the full server."""

import json
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Handover:
    """The state of a connection at the moment the full server takes it over.

    Args:
        reference: the module and the attribute of the `Server`.
        received: bytes that the full server has to read first: messages that bring it into the state of the
            connection, then those without a response, then the beginning of a line.
        answered: ids of requests in `received` whose responses must not be written again.
        signals: the signals received so far; the front's handler still appends to it.
        writes_record: whether this start found no record and may write one.
    """

    def __init__(
        self,
        reference: str,
        received: bytes = b"",
        answered: frozenset[str] = frozenset(),
        signals: list[int] | None = None,
        *,
        writes_record: bool = False,
    ) -> None:
        self.reference = reference
        self.received = received
        self.answered = answered
        self.signals = [] if signals is None else signals
        self.writes_record = writes_record
        self.began_ns = time.time_ns()

    def refuse(self, reason: str) -> None:
        """Send an error to every waiting request, because the full server cannot start."""
        for line in self.received.split(b"\n"):
            try:
                message: dict[str, Any] = dict(json.loads(line))
            except (ValueError, TypeError):  # not an object
                continue
            if "method" in message:
                self._refuse(message.get("id"), reason)

    def _refuse(self, identifier: object, reason: str) -> None:
        if not isinstance(identifier, str | int) or identifier in self.answered:
            return
        error = {"code": -32603, "message": reason}
        line = json.dumps({"jsonrpc": "2.0", "id": identifier, "error": error}).encode() + b"\n"
        try:
            os.write(1, line)
        except OSError:  # the host no longer reads
            return
