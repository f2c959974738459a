"""Signed cursors: a position in a list, valid for one query of one principal."""

import base64
import dataclasses
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import pydantic_core

from mcp_chassis.failures import InvalidInput

MAC_BYTES = 12  # 96 bits: a forged cursor gives nothing that the caller could not request directly


@dataclasses.dataclass(frozen=True)
class Position:
    """The start of a page.

    `own` is the tool's own position, `skip` the number of items after it that earlier pages returned, and `offset` the
    number of characters that earlier pages returned of the next item's longest texts.
    """

    own: str | None = None
    skip: int = 0
    offset: int = 0


START = Position()


def binding(principal: str, tool: str, arguments: Mapping[str, Any]) -> bytes:
    """The principal, tool and arguments that a cursor or an idempotency key is bound to, as bytes."""
    plain = pydantic_core.to_jsonable_python(dict(arguments), by_alias=True)
    return json.dumps([principal, tool, plain], sort_keys=True, separators=(",", ":")).encode()


class Cursors:
    """Signs and verifies cursors with the given keys, or without keys with a random one of this process."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = [key.encode() for key in keys] or [secrets.token_bytes(32)]

    def seal(self, position: Position, bound_to: bytes) -> str:
        """The signed cursor of a position, valid only with `bound_to`; see `binding`."""
        fields = [position.own, position.skip, position.offset]
        while fields and fields[-1] in (None, 0):
            fields.pop()
        payload = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_mac(self._keys[0], payload, bound_to) + payload).decode().rstrip("=")

    def open(self, cursor: str, bound_to: bytes) -> Position:
        """Verify a cursor and return its position.

        Raises:
            InvalidInput: when it was changed, or belongs to another query or principal.
        """
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not any(hmac.compare_digest(mac, _mac(key, payload, bound_to)) for key in self._keys):
            raise InvalidInput(
                "The cursor does not belong to this query.",
                remedy="Send next_cursor unchanged with the arguments of its page, or leave it out to start again.",
            )
        return Position(*json.loads(payload))


def _mac(key: bytes, payload: bytes, bound_to: bytes) -> bytes:
    return hmac.digest(key, bound_to + b"\0" + payload, "sha256")[:MAC_BYTES]
