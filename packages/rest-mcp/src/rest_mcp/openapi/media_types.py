"""Choice of the media type of a request body or a response in a document: JSON and its variants, or form fields."""

from collections.abc import Mapping
from typing import Any, cast

from rest_mcp.openapi.files import Node

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def body_of(content: Any) -> tuple[str, Node | None]:
    """Return the media type of a request body and its node: JSON if offered, else form fields, else an empty type."""
    for kind in (JSON, FORM):
        if found := media_of(content, kind):
            return found
    return "", None


def media_of(content: Any, kind: str) -> tuple[str, Node] | None:
    """Find a media type and its node, exact or by suffix: `application/problem+json` and `text/json` count as JSON."""
    if not isinstance(content, dict):
        return None
    bodies = cast("Mapping[str, Any]", content)
    suffix = f"+{kind.rpartition('/')[2]}"
    by_name = [
        (name.partition(";")[0].strip().lower(), cast("Node", body))
        for name, body in bodies.items()
        if isinstance(body, dict)
    ]
    exact = [(name, body) for name, body in by_name if name == kind]
    alike = [
        (kind if "*" in name else name, body)
        for name, body in by_name
        if name.endswith(suffix) or (name == "text/json" and kind == JSON)
    ]
    anything = [(kind, body) for name, body in by_name if name == "*/*" and kind == JSON and "schema" in body]
    return next(iter([*exact, *alike, *anything]), None)
