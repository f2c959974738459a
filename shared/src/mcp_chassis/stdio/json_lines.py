"""JSON-RPC messages as lines: parsing and serialising."""

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

from mcp_chassis.output.mirrored import marked_text

MAX_LINE_BYTES = 4 * 1024 * 1024
TOO_LONG = f"This message is larger than {MAX_LINE_BYTES // 1024 // 1024} MiB."
_TOO_DEEP = "recursion limit exceeded"  # in the parser's error text
_LEADING_ID = rb'\s*+\{[^{}\[\]]{0,200}?"id"\s*+:\s*+(-?\d{1,18}|"[^"\\]{0,200}")\s*+[,}]'


@dataclass(frozen=True)
class InvalidMessage:
    """A line that is not a JSON-RPC message, and the error response to it."""

    code: int
    text: str
    id: RequestId | None = None

    def response(self) -> JSONRPCError:
        return JSONRPCError(jsonrpc="2.0", id=self.id, error=ErrorData(code=self.code, message=self.text))


def parse(line: bytes) -> JSONRPCMessage | InvalidMessage:
    """The message of a line, or the reason that it is not one."""
    try:
        value = from_json(line)
    except ValueError as exc:
        if _TOO_DEEP in str(exc):
            return InvalidMessage(INVALID_REQUEST, "This message is nested too deeply.", find_request_id(line))
        return _parse_leniently(line)
    return _message(value)


def find_request_id(line: bytes) -> RequestId | None:
    """The request id at the beginning of a line that cannot be parsed; None if anything nested comes first."""
    found = re.match(_LEADING_ID, line[:1000])
    return from_json(found[1]) if found else None


def dump(message: JSONRPCMessage) -> bytes:
    """The message as one line, without the line break."""
    if isinstance(message, JSONRPCResponse):  # model_dump takes five times as long
        return _response(message.id, message.result)
    return _json(message.model_dump(by_alias=True, exclude_unset=True))


def _response(identifier: RequestId | None, result: dict[str, Any]) -> bytes:
    text = marked_text(result)
    if text is None:
        return _json({"jsonrpc": "2.0", "id": identifier, "result": result})
    rest = {name: value for name, value in result.items() if name != "structuredContent"}
    line = _json({"jsonrpc": "2.0", "id": identifier, "result": rest})
    # The line ends with the braces of the result and of the message: the text is inserted before them.
    return b"".join((line[:-2], b',"structuredContent":', text.encode(), b"}}"))


def _json(fields: dict[str, Any]) -> bytes:
    try:
        return to_json(fields, inf_nan_mode="null")
    except (PydanticSerializationError, UnicodeEncodeError):  # half of a surrogate pair, sent by the host
        return json.dumps(fields).encode()


def _parse_leniently(line: bytes) -> JSONRPCMessage | InvalidMessage:
    """Parse a line that contains half of a surrogate pair, so that the check of arguments can name the argument."""
    try:
        return _message(json.loads(line.decode()))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return InvalidMessage(PARSE_ERROR, "This line is not JSON in UTF-8.")
    except ValueError:  # Python parses integers of at most 4,300 digits
        return InvalidMessage(
            INVALID_REQUEST, "This message contains a number that is too long.", find_request_id(line)
        )


def _message(value: object) -> JSONRPCMessage | InvalidMessage:
    if isinstance(value, list):
        return InvalidMessage(INVALID_REQUEST, "Batches are not supported: send one message per line.")
    if not isinstance(value, dict):
        return InvalidMessage(INVALID_REQUEST, "A message must be a JSON object.")
    fields = cast("dict[str, Any]", value)
    try:
        return _kind(fields).model_validate(fields, by_name=False)
    except ValidationError:
        return InvalidMessage(INVALID_REQUEST, "This is not a JSON-RPC 2.0 message.", _valid_id(fields.get("id")))


def _kind(
    fields: dict[str, Any],
) -> type[JSONRPCRequest] | type[JSONRPCNotification] | type[JSONRPCResponse] | type[JSONRPCError]:
    if "method" in fields:
        return JSONRPCRequest if "id" in fields else JSONRPCNotification
    return JSONRPCError if "error" in fields else JSONRPCResponse


def _valid_id(value: object) -> RequestId | None:
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None
