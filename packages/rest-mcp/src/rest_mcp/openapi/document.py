"""An OpenAPI document: its operations, and references followed inside it and nowhere else."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from rest_mcp.problems import BadBridge

Node = Mapping[str, Any]

LARGEST_DOCUMENT = 64 * 1024 * 1024
LONGEST_CHAIN = 20
METHODS = ("get", "post", "put", "patch", "delete")
NOTHING: Node = {}


@dataclass(frozen=True)
class Operation:
    """One operation: how it is asked, what it takes, what it answers."""

    identifier: str
    method: str
    path: str
    node: Node
    parameters: tuple[Node, ...]
    body: Node | None
    form: bool
    answer: Node | None
    text: bool

    @property
    def words(self) -> str:
        """What it says about itself, the short form first."""
        return str(self.node.get("summary") or self.node.get("description") or "")


class Document:
    """Read once; references are followed when they are met."""

    def __init__(self, raw: Node) -> None:
        version = str(raw.get("openapi", ""))
        if not version.startswith(("3.0", "3.1")):
            raise BadBridge("the document must be OpenAPI 3.0 or 3.1")
        if not isinstance(raw.get("paths"), dict):
            raise BadBridge("the document has no paths")
        self._raw = raw
        self.put_together: dict[int, tuple[Node, Node]] = {}
        """Schemas by identity and what their parts make, so that parts of parts are put together once."""

    @classmethod
    def read(cls, path: Path) -> "Document":
        """The document in a file, JSON or (with PyYAML installed) YAML.

        Raises:
            BadBridge: when it cannot be read or is no OpenAPI document.
        """
        try:
            if path.stat().st_size > LARGEST_DOCUMENT:
                raise BadBridge("the document is larger than 64 MiB")
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as exc:
            raise BadBridge(f"the document {path.name} cannot be read") from exc
        raw = _yaml(text) if path.suffix in {".yaml", ".yml"} else _json(text)
        if not isinstance(raw, dict):
            raise BadBridge(f"the document {path.name} is no object")
        return cls(cast("Node", raw))

    def resolved(self, node: Any) -> Node:
        """`node`, or what it refers to; one that is no object is empty.

        Raises:
            BadBridge: when a reference leads outside, nowhere or round in a circle.
        """
        for _ in range(LONGEST_CHAIN):
            if not isinstance(node, dict):
                return NOTHING
            found = cast("Node", node)
            if "$ref" not in found:
                return found
            node = self._at(str(found["$ref"]))
        raise BadBridge("the document has a $ref that leads round in a circle")

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation by its operationId; one without is called by its method and path."""
        return {operation.identifier: operation for operation in self._operations()}

    def operation(self, identifier: str) -> Operation:
        """One operation.

        Raises:
            BadBridge: when the document has none of this name.
        """
        if identifier not in self.operations:
            from difflib import get_close_matches

            close = get_close_matches(identifier, list(self.operations), n=1)
            raise BadBridge(f"no operation is called {identifier[:80]}" + (f"; perhaps {close[0]}" if close else ""))
        return self.operations[identifier]

    def _operations(self) -> Iterator[Operation]:
        for path, item in cast("Node", self._raw["paths"]).items():
            shared = self.resolved(item)
            for method in METHODS:
                if isinstance(shared.get(method), dict):
                    yield self._operation(method, path, shared, cast("Node", shared[method]))

    def _operation(self, method: str, path: str, shared: Node, node: Node) -> Operation:
        given = [self.resolved(each) for each in [*shared.get("parameters", ()), *node.get("parameters", ())]]
        by_place = {(each.get("in"), each.get("name")): each for each in given}
        body, form = self._body(node)
        answer, text = self._answer(node)
        identifier = str(node.get("operationId") or f"{method} {path}")
        return Operation(
            identifier, method.upper(), path, node, tuple(by_place.values()), body, form, answer=answer, text=text
        )

    def _body(self, node: Node) -> tuple[Node | None, bool]:
        content = self.resolved(node.get("requestBody", NOTHING)).get("content", NOTHING)
        for kind, form in (("application/json", False), ("application/x-www-form-urlencoded", True)):
            if media := _media(content, kind):
                return cast("Node", media.get("schema", NOTHING)), form
        return None, False

    def _answer(self, node: Node) -> tuple[Node | None, bool]:
        """The schema of what a success answers in JSON, and whether it answers text instead."""
        responses = cast("Node", node.get("responses", NOTHING))
        good = sorted(status for status in map(str, responses) if status.startswith("2"))
        for status in [*good, "default"]:
            response = self.resolved(responses.get(status) or responses.get(_number(status)))
            content = cast("Node", response.get("content", NOTHING))
            if media := _media(content, "application/json"):
                return cast("Node", media.get("schema", NOTHING)), False
            if any(kind.startswith("text/") for kind in content):
                return None, True
        return None, False

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            raise BadBridge("the document has a $ref that leads outside of it")
        node: Any = self._raw
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or name not in node:
                raise BadBridge("the document has a $ref that leads nowhere")
            node = cast("Node", node)[name]
        return node


def _media(content: Any, kind: str) -> Node | None:
    """The body of a media type, or of one that ends like it: `application/problem+json` is JSON too."""
    if not isinstance(content, dict):
        return None
    bodies = cast("Mapping[str, Any]", content)
    suffix = f"+{kind.rpartition('/')[2]}"
    exact = [body for name, body in bodies.items() if name.partition(";")[0].strip() == kind]
    alike = [body for name, body in bodies.items() if name.partition(";")[0].strip().endswith(suffix)]
    return next((cast("Node", body) for body in [*exact, *alike] if isinstance(body, dict)), None)


def _number(status: str) -> Any:
    """YAML writes statuses as numbers."""
    return int(status) if status.isdigit() else status


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadBridge("the document is no JSON") from exc


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError as exc:
        raise BadBridge("a document in YAML needs rest-mcp[yaml] installed; JSON does not") from exc
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise BadBridge("the document is no YAML") from exc
