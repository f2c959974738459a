"""One host's connection while it is served from a record: its protocol revision, and messages to replay later."""

import json
import os

from mcp_chassis.stdio.front import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NOTHING = b""


class Conversation:
    """Responds to messages in order, as the full server would.

    Args:
        answers: the JSON of a result, by protocol revision and method.
    """

    def __init__(self, answers: "Mapping[str, Mapping[str, bytes]]") -> None:
        self._answers = answers
        self._revision: str | None = None  # of the `initialize` that was responded to
        self._newest_era = False  # `initialize` is no longer possible
        self._told: list[dict[str, Any]] = []
        self.replayed: set[str] = set()
        """The ids of the requests in `replay`, whose responses must not reach the host."""

    @property
    def begun(self) -> bool:
        """Whether a request was responded to."""
        return bool(self._told)

    def take(self, line: bytes) -> bytes | None:
        """The bytes to write for a line; None if the full server has to handle it and every line after it."""
        message = messages.parse(line)
        if message is None:
            return None
        method, params = message["method"], message.get("params", {})
        if "id" not in message:
            return self._notified(message, method, params)
        if method == "initialize":
            result = self._handshake(message, params)
        elif self._revision is not None:
            result = self._older_era(message, method, params)
        else:
            result = self._newer_era(message, method, params)
        return None if result is None else _response(message["id"], result)

    def replay(self) -> bytes:
        """Lines that bring the full server into the state of this conversation; their ids are in `replayed`."""
        lines: list[bytes] = []
        for message in self._told:
            if "id" in message:
                private = f"front {os.urandom(8).hex()}"
                self.replayed.add(private)
                lines.append(json.dumps({**message, "id": private}).encode())
            else:
                lines.append(json.dumps(message).encode())
        return b"".join(line + b"\n" for line in lines)

    def _handshake(self, message: "dict[str, Any]", params: "dict[str, Any]") -> bytes | None:
        """The result of the first `initialize`, which only `server/discover` may precede."""
        if self._revision is not None or self._newest_era or not messages.is_handshake(params):
            return None
        result = self._answer(params["protocolVersion"], "initialize")
        if result is not None:
            self._revision = params["protocolVersion"]
            self._told = [message]
        return result

    def _older_era(self, message: "dict[str, Any]", method: str, params: "dict[str, Any]") -> bytes | None:
        if method != "logging/setLevel":
            is_known = (method == "ping" or method in messages.LISTS) and messages.is_plain(params)
            return self._answer(self._revision, method) if is_known else None
        result = self._answer(self._revision, method) if messages.is_level(params) else None
        if result is not None:
            self._tell(message)
        return result

    def _newer_era(self, message: "dict[str, Any]", method: str, params: "dict[str, Any]") -> bytes | None:
        if not (method == "server/discover" or method in messages.LISTS) or not messages.is_enveloped(params):
            return None
        result = self._answer(messages.revision(params), method)
        if result is not None and not self._newest_era:
            self._newest_era = method != "server/discover"
            self._told = [message]  # decides the era of the full server's connection
        return result

    def _notified(self, message: "dict[str, Any]", method: str, params: "dict[str, Any]") -> bytes | None:
        """Handle a notification: no bytes to write, or None if the full server has to handle it."""
        if method == "notifications/initialized" and self._revision is not None and messages.is_plain(params):
            self._tell(message)
            return NOTHING
        if method == "notifications/roots/list_changed":
            is_idle = self._revision is not None and messages.is_plain(params)
        else:
            is_idle = self.begun and method == "notifications/cancelled" and messages.is_cancellation(params)
        return NOTHING if is_idle else None

    def _tell(self, message: "dict[str, Any]") -> None:
        """Replay this message to the full server, instead of an earlier one of the same method."""
        self._told = [*(each for each in self._told if each["method"] != message["method"]), message]

    def _answer(self, revision: str | None, method: str) -> bytes | None:
        return self._answers.get(revision or "", {}).get(method)


def _response(identifier: "int | str", result: bytes) -> bytes:
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}\n' % (json.dumps(identifier).encode(), result)
