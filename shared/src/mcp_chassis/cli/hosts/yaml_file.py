"""YAML files as people keep them: one member is changed by ruamel.yaml, which keeps comments, order and quotes."""

import io
from collections.abc import Callable, Sequence
from typing import Any, cast

from mcp_chassis.cli.hosts.members import Document, parent_of, replace

NEVER_FOLD = 1_000_000


def parse(text: str) -> dict[str, Any]:
    """The members of a text; an empty text has none.

    Raises:
        ValueError: when it is not YAML, or not a mapping.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml: Any = YAML(typ="safe", pure=True)
    try:
        value = yaml.load(text)
    except YAMLError as exc:
        raise ValueError(" ".join(str(exc).split())) from exc
    if value is not None and not isinstance(value, dict):
        raise ValueError("it is not a mapping")
    return cast("dict[str, Any]", value or {})


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """The text with the member at `path` set to `value`; missing mappings on the path are created.

    Raises:
        ValueError: when a member on the path is not a mapping, or a comment would be lost.
    """
    return _changed(text, lambda document: replace(parent_of(document, path), path[-1], value))


def without_member(text: str, path: Sequence[str]) -> str:
    """The text without the member at `path`, which must exist.

    Raises:
        ValueError: when a comment would be lost.
    """
    return _changed(text, lambda document: parent_of(document, path).pop(path[-1]))


def _changed(text: str, change: Callable[[Document], object]) -> str:
    from ruamel.yaml import YAML

    yaml: Any = YAML()
    yaml.preserve_quotes = True
    yaml.width = NEVER_FOLD
    document: Document = yaml.load(text) or {}
    change(document)
    written = io.StringIO()
    yaml.dump(document, written)
    if lost := next((line for line in _comments(text) if line not in _comments(written.getvalue())), None):
        raise ValueError(f"the comment {lost!r} would be lost")
    return written.getvalue()


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
