"""Reading of OpenAPI documents in JSON or YAML that may be split over the files of one folder."""

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from rest_mcp.bad_bridge import BadBridge

Node = Mapping[str, Any]
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024  # bytes
OLD_TAGS = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")


class Files:
    """Cache of the files in a document's folder, with the references in them made relative to the folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read: dict[str, Any] = {}

    def read(self, name: str) -> Any:
        """Return the content of a file.

        Raises:
            BadBridge: the file is outside of the folder or cannot be read.
        """
        if name not in self._read:
            path = Path(name)
            if self._folder is None or path.is_absolute() or "://" in name or ".." in path.parts:
                raise BadBridge(f"the document has a $ref to a file outside of its folder: {name[:80]}")
            self._read[name] = _relative(loaded(self._folder / path), path)
        return self._read[name]


def loaded(path: Path) -> Node:
    """Read the object in a JSON or YAML file.

    Raises:
        BadBridge: the file cannot be read or does not contain an object.
    """
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise BadBridge("the document is larger than 64 MiB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as exc:
        raise BadBridge(f"the document {path.name} cannot be read") from exc
    raw = _yaml(text) if path.suffix in {".yaml", ".yml"} else _json(text)
    if not isinstance(raw, dict):
        raise BadBridge(f"the document {path.name} does not contain an object")
    return cast("Node", raw)


def _relative(node: Any, file: Path) -> Any:
    """Return a copy of a file's content in which each `$ref` is relative to the folder instead of the file."""
    if isinstance(node, list):
        return [_relative(item, file) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    copied = {name: _relative(value, file) for name, value in cast("Node", node).items()}
    reference = copied.get("$ref")
    if isinstance(reference, str):
        target, hash_mark, pointer = reference.partition("#")
        inside = "://" not in target and not target.startswith("/")
        place = posixpath.normpath(posixpath.join(file.parent.as_posix(), target)) if target and inside else target
        copied["$ref"] = (place or file.as_posix()) + hash_mark + pointer
    return copied


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadBridge("the document is not valid JSON") from exc


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError as exc:
        raise BadBridge("a document in YAML needs rest-mcp[yaml] installed; JSON does not") from exc
    try:
        return _with_text_keys(yaml.load(text, Loader=_loader(yaml)))  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise BadBridge("the document is not valid YAML") from exc


def _loader(yaml: Any) -> Any:
    """A safe loader that reads `on`, `no` and `2024-01-02` as strings: OpenAPI uses YAML 1.2, PyYAML implements 1.1."""
    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = type("OpenApiLoader", (safe,), {"yaml_implicit_resolvers": {}})
    for first, known in safe.yaml_implicit_resolvers.items():
        kept = [(tag, pattern) for tag, pattern in known if tag not in OLD_TAGS]
        loader.yaml_implicit_resolvers[first] = kept
    loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"
    )
    return loader


def _with_text_keys(node: Any) -> Any:
    """Convert all keys to strings: YAML reads `200:` as a number."""
    if isinstance(node, list):
        return [_with_text_keys(item) for item in cast("list[Any]", node)]
    if isinstance(node, dict):
        return {str(key): _with_text_keys(value) for key, value in cast("dict[Any, Any]", node).items()}
    return node
