"""What the front hands to the full server that takes over its connection."""

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
        received: bytes that the full server has to read before all others: messages that bring it to where the
            connection is, then those that nobody has answered, then the beginning of a line.
        answered: ids of requests in `received` that are not to be answered again.
        signals: the signals that came meanwhile, and those that the front's handler still receives.
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
        """Answer every waiting request with an error: the full server cannot start."""
        for line in self.received.split(b"\n"):
            try:
                message: dict[str, Any] = dict(json.loads(line))
            except (ValueError, TypeError):  # no object
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
        except OSError:  # nobody reads any more
            return
