"""Information-flow labels of results, in the form that the official GitHub server uses.

`_meta.ifc` contains `integrity` and `confidentiality`; `_meta.untrusted_fields` names the fields with texts that people
outside this server wrote.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from mcp_chassis.output.marked_fields import marked_fields
from mcp_chassis.results import Result, TextPage

READS, WRITES = "reads", "writes"
"""Kinds of tools whose results are labelled."""
IFC, FIELDS = "ifc", "untrusted_fields"
_WORD = re.compile(r"[!-~]{0,100}")
_OURS = {"next_cursor", "truncated", "warnings", "elapsed_ms", "row_count", "total"}


def labels_of(value: Result | TextPage, data: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """The `_meta` of a result with texts that outsiders wrote; None for a result without such texts.

    For a class without marked fields, all text fields of a read are assumed to be such texts; of a write, those of more
    than one word if its fields are an upstream's. Confidentiality is `private` unless the result's
    `is_public` is true.
    """
    if isinstance(value, TextPage):
        fields = ["content"]
    elif marked := marked_fields(type(value)).outside:
        fields = [path for name, paths in marked.items() if name in data for path in paths]
    else:
        fields = [name for name, part in data.items() if name not in _OURS and _is_outside(value, part, kind)]
    if not fields:
        return None
    integrity = "trusted" if isinstance(value, Result) and value.is_trusted() else "untrusted"
    confidentiality = "public" if isinstance(value, Result) and value.is_public() else "private"
    return {IFC: {"integrity": integrity, "confidentiality": confidentiality}, FIELDS: fields}


def is_untrusted(meta: Mapping[str, Any] | None) -> bool:
    """Whether a result's metadata says that it contains texts of people who are not trusted."""
    return bool(meta) and (meta or {}).get(IFC, {}).get("integrity") == "untrusted"


def _is_outside(value: Result, part: Any, kind: str) -> bool:
    if kind == READS:
        return bool(part) and isinstance(part, str | list | dict)
    return value.has_upstream_fields and _has_words(part)


def _has_words(part: Any) -> bool:
    """Whether a JSON value has a text of more than one word, unlike identifiers, states, times and addresses."""
    if isinstance(part, str):
        return _WORD.fullmatch(part) is None
    if isinstance(part, dict):
        return any(_has_words(each) for each in cast("dict[str, Any]", part).values())
    return isinstance(part, list) and any(_has_words(each) for each in cast("list[Any]", part))
