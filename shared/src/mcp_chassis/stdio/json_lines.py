"""One line of the wire and the JSON-RPC message it is, both ways; pure."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from mcp_chassis.output.mirrored import mirrored_in

MAX_LINE_BYTES = 4 * 1024 * 1024
TOO_LONG = f"A message may have {MAX_LINE_BYTES // 1024 // 1024} MiB; this one has more."
_TOO_DEEP = "recursion limit exceeded"  # how the parser says it
_ID_AHEAD = rb'\s*+\{[^{}\[\]]{0,200}?"id"\s*+:\s*+(-?\d{1,18}|"[^"\\]{0,200}")\s*+[,}]'


@dataclass(frozen=True)
class InvalidMessage:
    """A line that is no message: what is answered to it."""

    code: int
    text: str
    id: RequestId | None = None

    def answer(self) -> JSONRPCError:
        return JSONRPCError(jsonrpc="2.0", id=self.id, error=ErrorData(code=self.code, message=self.text))


def parse(line: bytes) -> JSONRPCMessage | InvalidMessage:
    """The message a line holds, or why it holds none."""
    try:
        value = from_json(line)
    except ValueError as exc:
        if _TOO_DEEP in str(exc):
            return InvalidMessage(INVALID_REQUEST, "This message is nested too deeply.", find_request_id(line))
        return _parse_leniently(line)
    return _message(value)


def find_request_id(line: bytes) -> RequestId | None:
    """The request id in the beginning of a line that is not parsed as a whole, where it stands before any nesting."""
    found = re.match(_ID_AHEAD, line[:1000])
    return from_json(found[1]) if found else None


def dump(message: JSONRPCMessage) -> bytes:
    """The message as one line without its end."""
    if isinstance(message, JSONRPCResponse):  # a fifth of the time that the model's own dump takes
        return _response(message.id, message.result)
    return _json(message.model_dump(by_alias=True, exclude_unset=True))


def _response(identifier: RequestId | None, result: dict[str, Any]) -> bytes:
    mirrored = mirrored_in(result)
    if mirrored is None:
        return _json({"jsonrpc": "2.0", "id": identifier, "result": result})
    rest = {name: value for name, value in result.items() if name != "structuredContent"}
    whole = _json({"jsonrpc": "2.0", "id": identifier, "result": rest})
    return b"".join((whole[:-2], b',"structuredContent":', mirrored.encode(), b"}}"))


def _json(fields: dict[str, Any]) -> bytes:
    try:
        return to_json(fields, inf_nan_mode="null")
    except (PydanticSerializationError, UnicodeEncodeError):  # half of a surrogate pair, as the host sent it
        return json.dumps(fields).encode()


def _parse_leniently(line: bytes) -> JSONRPCMessage | InvalidMessage:
    """Halves of surrogate pairs are let through: the tool's own check then names the argument."""
    try:
        return _message(json.loads(line.decode()))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return InvalidMessage(PARSE_ERROR, "This line is not JSON in UTF-8.")
    except ValueError:  # Python turns no more than 4,300 digits into a number
        return InvalidMessage(INVALID_REQUEST, "This message holds a number of too many digits.", find_request_id(line))


def _message(value: object) -> JSONRPCMessage | InvalidMessage:
    if isinstance(value, list):
        return InvalidMessage(INVALID_REQUEST, "Batches are not served: send one message a line.")
    if not isinstance(value, dict):
        return InvalidMessage(INVALID_REQUEST, "A message is a JSON object.")
    fields = cast("dict[str, Any]", value)
    try:
        return _kind(fields).model_validate(fields, by_name=False)
    except ValidationError:
        return InvalidMessage(INVALID_REQUEST, "This is no JSON-RPC 2.0 message.", _valid_id(fields.get("id")))


def _kind(
    fields: dict[str, Any],
) -> type[JSONRPCRequest] | type[JSONRPCNotification] | type[JSONRPCResponse] | type[JSONRPCError]:
    if "method" in fields:
        return JSONRPCRequest if "id" in fields else JSONRPCNotification
    return JSONRPCError if "error" in fields else JSONRPCResponse


def _valid_id(value: object) -> RequestId | None:
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None
