"""Principal and request id of the current call, and the error codes of its protocol version.

Context variables carry state of one call that would otherwise be a parameter of every function: the deadline
(`deadline`), narrowing (`pipeline.narrowing`), sent writes (`upstream.sent_writes`), warnings (`output.warnings`), raw
text (`output.text_rules`), the owner of a credential (`accounts`); and in `telemetry` the observer, trace context,
secrets to redact, tool name, request id and server.
"""

from typing import Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import Context
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcp_chassis.failures import Failure, InvalidInput, NotFound
from mcp_chassis.telemetry import logs

LEGACY_NOT_FOUND = -32002  # a missing resource before 2026-07-28; since then it is -32602
LOCAL_PRINCIPAL = "local"  # the principal on stdio


def current_principal() -> str:
    """The principal of the current call: the subject of its token, or `local` on stdio. The only definition of it."""
    token = get_access_token()
    return LOCAL_PRINCIPAL if token is None else token.subject or token.client_id


def request_id(ctx: Context[Any, Any]) -> str:
    """The id of the current request: of HTTP, else of JSON-RPC; empty if the call was made without a request."""
    return logs.request_id.get() or ("" if ctx.protocol_version is None else ctx.request_id)


def error_code(failure: Failure, not_found: int = INVALID_PARAMS) -> int:
    """The JSON-RPC code of a failure outside of tools: `INVALID_PARAMS` if the caller can correct it."""
    if isinstance(failure, NotFound):
        return not_found
    return INVALID_PARAMS if isinstance(failure, InvalidInput) else INTERNAL_ERROR


def not_found_code(ctx: Context[Any, Any]) -> int:
    """The JSON-RPC code of an unknown resource in the caller's protocol version."""
    return INVALID_PARAMS if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS else LEGACY_NOT_FOUND
