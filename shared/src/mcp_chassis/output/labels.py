"""Information-flow labels of results, in the form that the official GitHub server uses.

`_meta.ifc` contains `integrity` and `confidentiality`; `_meta.untrusted_fields` names the fields with texts that people
outside this server wrote.
"""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.output.marked_fields import marked_fields
from mcp_chassis.results import Result, TextPage

READS, WRITES = "reads", "writes"
"""Kinds of tools whose results are labelled."""
IFC, FIELDS = "ifc", "untrusted_fields"
_OURS = {"next_cursor", "truncated", "warnings", "elapsed_ms", "row_count", "total"}


def labels_of(value: Result | TextPage, data: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """The `_meta` of a result with texts that outsiders wrote; None for a result without such texts.

    For a class without marked fields, all text fields of a read are assumed to be such texts. Confidentiality is
    `private` unless the result's `is_public` is true.
    """
    if isinstance(value, TextPage):
        fields = ["content"]
    elif marked := marked_fields(type(value)).outside:
        fields = [path for name, paths in marked.items() if name in data for path in paths]
    else:
        fields = [name for name, part in data.items() if name not in _OURS and _is_text(part)] if kind == READS else []
    if not fields:
        return None
    integrity = "trusted" if isinstance(value, Result) and value.is_trusted() else "untrusted"
    confidentiality = "public" if isinstance(value, Result) and value.is_public() else "private"
    return {IFC: {"integrity": integrity, "confidentiality": confidentiality}, FIELDS: fields}


def is_untrusted(meta: Mapping[str, Any] | None) -> bool:
    """Whether a result's metadata says that it contains texts of people who are not trusted."""
    return bool(meta) and (meta or {}).get(IFC, {}).get("integrity") == "untrusted"


def _is_text(part: Any) -> bool:
    return bool(part) and isinstance(part, str | list | dict)
