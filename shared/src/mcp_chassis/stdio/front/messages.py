"""Strict checks of the messages that a record has responses for, without the SDK's models.

Only messages that the SDK certainly accepts pass. All others (unusual ids, cursors, unknown members, escapes, errors)
are left to the full server.
"""

import json
import re

TYPE_CHECKING = False  # `typing` is not imported at run time: it costs more than all of this
if TYPE_CHECKING:
    from typing import Any, TypeGuard

META = "io.modelcontextprotocol/"
LISTS = frozenset({"tools/list", "resources/list", "resources/templates/list", "prompts/list"})
LEVELS = frozenset({"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"})
MAX_LINE_BYTES = 65_536
MAX_BRACKETS = 200
_MEMBERS = frozenset({"jsonrpc", "id", "method", "params"})
_ID = re.compile(r"[ !#-\[\]-~]{0,200}")
_MAX_ID = 2**53


def parse(line: bytes) -> "dict[str, Any] | None":
    """The request or notification of a line; None for any other line or a message with unusual parts."""
    if len(line) > MAX_LINE_BYTES or b"\\u" in line or line.count(b"{") + line.count(b"[") > MAX_BRACKETS:
        return None
    try:
        message = json.loads(line.decode(), parse_constant=_refuse_constant)
    except ValueError:
        return None
    if not _is_object(message) or message.get("jsonrpc") != "2.0" or not message.keys() <= _MEMBERS:
        return None
    if not isinstance(message.get("method"), str) or not _is_object(message.get("params", {})):
        return None
    return message if "id" not in message or _is_plain_id(message["id"]) else None


def is_plain(params: "dict[str, Any]") -> bool:
    """Whether the parameters of a list, ping or notification of an older revision have no effect on the result."""
    meta: Any = params.get("_meta", {})
    return params.keys() <= {"_meta"} and _is_object(meta) and _is_plain_meta(meta)


def is_level(params: "dict[str, Any]") -> bool:
    """Whether the parameters of `logging/setLevel` are one of the protocol's levels."""
    return is_plain({name: value for name, value in params.items() if name != "level"}) and (
        isinstance(params.get("level"), str) and params["level"] in LEVELS
    )


def is_cancellation(params: "dict[str, Any]") -> bool:
    """Whether the parameters of `notifications/cancelled` name a request."""
    return (
        params.keys() <= {"requestId", "reason"}
        and _is_plain_id(params.get("requestId"))
        and isinstance(params.get("reason", ""), str)
    )


def is_handshake(params: "dict[str, Any]") -> bool:
    """Whether the parameters of `initialize` are well formed: a revision, capabilities and the host's name."""
    meta: Any = params.get("_meta", {})
    return (
        params.keys() <= {"protocolVersion", "capabilities", "clientInfo", "_meta"}
        and isinstance(params.get("protocolVersion"), str)
        and _are_capabilities(params.get("capabilities"))
        and _is_implementation(params.get("clientInfo"))
        and _is_object(meta)
        and _is_plain_meta(meta)
    )


def is_enveloped(params: "dict[str, Any]") -> bool:
    """Whether parameters of the newest revisions contain a well-formed envelope in `_meta` and nothing else."""
    meta: Any = params.get("_meta")
    if params.keys() != {"_meta"} or not _is_object(meta):
        return False
    rest = dict(meta)
    version, capabilities = rest.pop(f"{META}protocolVersion", None), rest.pop(f"{META}clientCapabilities", None)
    client, level = rest.pop(f"{META}clientInfo", {"name": "", "version": ""}), rest.pop(f"{META}logLevel", "debug")
    return (
        isinstance(version, str)
        and _are_capabilities(capabilities)
        and _is_implementation(client)
        and isinstance(level, str)
        and level in LEVELS
        and _is_plain_meta(rest)
    )


def revision(params: "dict[str, Any]") -> str:
    """The protocol revision that a well-formed envelope names."""
    return params["_meta"][f"{META}protocolVersion"]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_plain_meta(meta: "dict[str, Any]") -> bool:
    token = meta.get("progressToken", 0)
    return _is_plain_id(token) and not any(name.startswith(META) for name in meta)


def _are_capabilities(value: object) -> bool:
    """Whether known capabilities have their known types; others may have any, because they are ignored."""
    if not _is_object(value):
        return False
    roots: Any = value.get("roots", {})
    typed = (value.get(name, {}) for name in ("sampling", "elicitation", "experimental", "extensions"))
    return (
        _is_object(roots)
        and isinstance(roots.get("listChanged", False), bool)
        and all(_is_object(each) and all(map(_is_object, each.values())) for each in typed)
        and _is_nested_objects(value.get("tasks", {}))
    )


def _is_nested_objects(value: object) -> bool:
    return _is_object(value) and all(map(_is_nested_objects, value.values()))


def _is_implementation(value: object) -> bool:
    if not _is_object(value) or not {"name", "version"} <= value.keys():
        return False
    texts = ("name", "version", "title", "description", "websiteUrl")
    icons: Any = value.get("icons", [])
    return all(isinstance(value.get(name, ""), str) for name in texts) and _is_list(icons) and all(map(_is_icon, icons))


def _is_icon(value: object) -> bool:
    return (
        _is_object(value)
        and value.keys() <= {"src", "mimeType"}
        and isinstance(value.get("src"), str)
        and isinstance(value.get("mimeType", ""), str)
    )


def _is_object(value: object) -> "TypeGuard[dict[str, Any]]":
    return isinstance(value, dict)


def _is_list(value: object) -> "TypeGuard[list[Any]]":
    return isinstance(value, list)


def _is_plain_id(value: object) -> bool:
    if isinstance(value, str):
        return _ID.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and -_MAX_ID <= value <= _MAX_ID
