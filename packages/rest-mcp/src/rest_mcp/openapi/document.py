"""An OpenAPI document: its operations, with `$ref` resolved within the document's folder only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.files import Files, Node, loaded
from rest_mcp.openapi.keywords import well_formed
from rest_mcp.openapi.media_types import FORM, JSON, body_of, media_of

MAX_REFERENCE_CHAIN = 20
METHODS = ("get", "post", "put", "patch", "delete")
NOTHING: Node = {}


@dataclass(frozen=True)
class Operation:
    """One operation: its request, its parameters and the schema of its response.

    `identifier` is the operationId if `named`, else method and path. `servers` are URLs of this operation only.
    `body_kinds` and `answer_kinds` are the media types of the request body and of a successful response;
    `content_type` is the media type in which the body is sent.
    """

    identifier: str
    method: str
    path: str
    node: Node
    parameters: tuple[Node, ...]
    body: Node | None
    content_type: str
    encoding: Node
    body_required: bool
    body_kinds: tuple[str, ...]
    answer: Node | None
    text: bool
    answer_kinds: tuple[str, ...]
    named: bool
    servers: tuple[str, ...]

    @property
    def form(self) -> bool:
        """Whether the body is sent as form fields."""
        return self.content_type == FORM

    @property
    def unsupported_body(self) -> str | None:
        """The media types of a body that this server cannot send; None if it can or there is no body."""
        return ", ".join(self.body_kinds)[:80] if self.body_kinds and self.body is None else None

    @property
    def file(self) -> str | None:
        """The media types of a successful response if it is neither JSON nor text nor empty; None otherwise."""
        return (
            ", ".join(self.answer_kinds)[:80] if self.answer_kinds and self.answer is None and not self.text else None
        )

    @property
    def words(self) -> str:
        """The summary, else the description, else an empty text."""
        return str(self.node.get("summary") or self.node.get("description") or "")


class Document:
    """An OpenAPI document. References are resolved on access."""

    def __init__(self, raw: Node, folder: Path | None = None) -> None:
        if str(raw.get("swagger", "")).startswith("2"):
            raise BadBridge(
                "the document is Swagger 2.0; convert it to OpenAPI 3 first, for example with the npm package "
                "swagger2openapi"
            )
        if not str(raw.get("openapi", "")).startswith(("3.0", "3.1", "3.2")):
            raise BadBridge("the document must be OpenAPI 3.0, 3.1 or 3.2")
        if not isinstance(raw.get("paths"), dict):
            raise BadBridge("the document has no paths")
        self._raw = raw
        self._files = Files(folder)
        self._mended: dict[int, tuple[Node, Node]] = {}
        self.unreadable: dict[str, str] = {}
        """Reasons why operations were skipped, by their identifier or path."""
        self.put_together: dict[int, tuple[Node, Node]] = {}
        """Cache of schemas with merged `allOf`, by the id of the schema, which is kept so that its id stays unique."""

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Read a document from a file in JSON or (with PyYAML installed) YAML.

        Raises:
            BadBridge: the file cannot be read or is not an OpenAPI 3 document.
        """
        return cls(loaded(path), path.parent)

    def resolved(self, node: Any) -> Node:
        """Return `node` or the target of its `$ref`; empty if that is not an object.

        Raises:
            BadBridge: a reference is outside of the folder, has no target or is circular.
        """
        for _ in range(MAX_REFERENCE_CHAIN):
            if not isinstance(node, dict):
                return NOTHING
            found = cast("Node", node)
            if "$ref" not in found:
                return self._well_formed(found)
            node = self._at(str(found["$ref"]))
        raise BadBridge(f"the document has a circular $ref, or a chain of more than {MAX_REFERENCE_CHAIN}")

    def _well_formed(self, node: Node) -> Node:
        """The node without keywords whose values have the wrong type; the same object at every call."""
        if id(node) in self._mended:
            return self._mended[id(node)][1]
        mended = well_formed(node)
        if mended is not node:
            self._mended[id(node)] = node, mended  # the node is kept alive, so that its id is not reused
        return mended

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """All operations by operationId, or by method and path without one."""
        return {operation.identifier: operation for operation in self._operations()}

    def operation(self, identifier: str) -> Operation:
        """Return one operation.

        Raises:
            BadBridge: the document has no readable operation of this name.
        """
        if identifier not in self.operations:
            from difflib import get_close_matches

            close = get_close_matches(identifier, list(self.operations), n=1)
            path = identifier.partition(" ")[2]
            if reason := self.unreadable.get(identifier) or self.unreadable.get(path):
                raise BadBridge(f"the operation {identifier[:80]} cannot be read: {reason}")
            raise BadBridge(f"no operation is called {identifier[:80]}" + (f"; perhaps {close[0]}" if close else ""))
        return self.operations[identifier]

    @property
    def title(self) -> str:
        """The title of the API; empty if it has none."""
        return str(_object(self._raw.get("info")).get("title", ""))

    @property
    def servers(self) -> list[Node]:
        """The entries of `servers`, each a URL with its variables."""
        return [_object(each) for each in _list(self._raw.get("servers"))]

    @property
    def paths(self) -> list[str]:
        """Every path of the document."""
        return list(cast("Node", self._raw["paths"]))

    @cached_property
    def common_prefix(self) -> str:
        """The part up to the first dot that all identifiers share; empty if they differ."""
        first = {name.partition(".")[0] for name, each in self.operations.items() if each.named and "." in name}
        every = all(each.named and "." in name for name, each in self.operations.items())
        return f"{first.pop()}." if every and len(first) == 1 else ""

    @cached_property
    def security(self) -> list[list[Node]]:
        """The alternatives of required security schemes: the document's, else those of the first operation with any."""
        schemes = _object(_object(self._raw.get("components")).get("securitySchemes"))
        for node in (self._raw, *(operation.node for operation in self.operations.values())):
            asked = [_object(each) for each in _list(node.get("security"))]
            if any(asked):
                return [[self._scheme(schemes[name]) for name in each if name in schemes] for each in asked if each]
        return []

    def _scheme(self, node: Any) -> Node:
        """A security scheme; empty if its reference cannot be resolved."""
        try:
            return self.resolved(node)
        except BadBridge:
            return NOTHING

    def _operations(self) -> Iterator[Operation]:
        """Yield all operations; those with a reference that cannot be resolved are recorded in `unreadable` instead."""
        seen: set[str] = set()
        for path, item in cast("Node", self._raw["paths"]).items():
            try:
                beside = {key: each for key, each in _object(item).items() if key != "$ref"}
                shared = self._well_formed({**self.resolved(item), **beside})
            except BadBridge as exc:
                self.unreadable[path] = exc.problems[0].removeprefix("bridge: ")
                continue
            for method in METHODS:
                if not isinstance(shared.get(method), dict):
                    continue
                identifier = f"{method} {path}"
                try:
                    node = self.resolved(shared[method])
                    named = node.get("operationId") or ""
                    identifier = identifier if named in seen else named or identifier  # duplicates are not used
                    seen.add(identifier)
                    yield self._operation(method, path, shared, node, identifier)
                except BadBridge as exc:
                    self.unreadable[identifier] = exc.problems[0].removeprefix("bridge: ")

    def _operation(self, method: str, path: str, shared: Node, node: Node, identifier: str) -> Operation:
        given = [self.resolved(each) for each in [*shared.get("parameters", ()), *node.get("parameters", ())]]
        by_place = {(each.get("in"), each.get("name")): each for each in given}
        request = self.resolved(node.get("requestBody", NOTHING))
        content_type, found = body_of(request.get("content", NOTHING))
        media = None if found is None else self.resolved(found)
        answer, text, kinds = self._answer(node)
        return Operation(
            identifier=identifier,
            method=method.upper(),
            path=path,
            node=node,
            parameters=tuple(by_place.values()),
            body=None if media is None else _object(media.get("schema")),
            content_type=content_type,
            encoding=cast("Node", (media or NOTHING).get("encoding", NOTHING)),
            body_required=request.get("required") is True,
            body_kinds=tuple(request.get("content", NOTHING)),
            answer=answer,
            text=text,
            answer_kinds=kinds,
            named=identifier == node.get("operationId"),
            servers=tuple(
                str(url)
                for each in _list(node.get("servers", shared.get("servers")))
                if (url := _object(each).get("url"))
            ),
        )

    def _answer(self, node: Node) -> tuple[Node | None, bool, tuple[str, ...]]:
        """The JSON schema of the successful response, whether the response is text, and its media types."""
        responses = {str(status): each for status, each in node.get("responses", NOTHING).items()}  # YAML has numbers
        good = sorted(status for status in responses if status.startswith("2"))
        kinds: tuple[str, ...] = ()
        for status in [*good, "default"]:
            response = self.resolved(responses.get(status))
            content = cast("Node", response.get("content", NOTHING))
            kinds = kinds or tuple(content)
            if media := media_of(content, JSON):
                return _object(media[1].get("schema")), False, kinds
            if any(kind.startswith("text/") or kind == "*/*" for kind in content):
                return None, True, kinds
        return None, False, kinds

    def _at(self, reference: str) -> Any:
        """Return the target of a `$ref` in this document or in another file of its folder.

        Raises:
            BadBridge: it is outside of the folder or does not exist.
        """
        file, _, pointer = reference.partition("#")
        node: Any = self._files.read(file) if file else self._raw
        for step in pointer.split("/")[1:]:
            name = unquote(step.replace("~1", "/").replace("~0", "~"))
            if isinstance(node, list) and name.isdecimal() and int(name) < len(cast("list[Any]", node)):
                node = cast("list[Any]", node)[int(name)]
            elif isinstance(node, dict) and name in node:
                node = cast("Node", node)[name]
            else:
                raise BadBridge(f"the document has a $ref without a target: {reference[:120]}")
        return node


def _object(value: Any) -> Node:
    """Return the value if it is an object, else an empty object."""
    return cast("Node", value) if isinstance(value, dict) else NOTHING


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
