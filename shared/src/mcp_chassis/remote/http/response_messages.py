"""The JSON-RPC messages of one HTTP response, parsed from its bytes while they are sent."""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

MAX_MESSAGE_BYTES = 1024 * 1024
"""Maximum size of a message in bytes; a longer one is skipped."""


class ResponseMessages:
    """Parses the messages of one response: one JSON object, or the events of a stream.

    Args:
        note: receives each message.
    """

    def __init__(self, note: Callable[[Mapping[str, Any]], None]) -> None:
        self._note = note
        self._held = bytearray()
        self._skips = False

    def feed(self, body: bytes, *, is_event_stream: bool, more: bool) -> None:
        """Parse a part of the body; `more` says whether another follows."""
        self._held += body
        if is_event_stream:
            *lines, rest = self._held.split(b"\n")
            self._held = rest
            for line in lines:
                self._read_line(line)
        elif not more:
            self._read(bytes(self._held))
            self._held.clear()
        if len(self._held) > MAX_MESSAGE_BYTES:
            self._held.clear()
            self._skips = True

    def _read_line(self, line: bytearray) -> None:
        """Parse one line of a stream, unless its beginning was dropped because of its length."""
        if not self._skips and line.startswith(b"data:"):
            self._read(bytes(line[len(b"data:") :]))
        self._skips = False

    def _read(self, text: bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not self._skips and isinstance(message, dict):
            self._note(cast("dict[str, Any]", message))
