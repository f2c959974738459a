"""Rendering of results for hosts: sanitised, with secrets redacted, and cut to the output budget."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

import pydantic_core
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp_types import CallToolResult, TextContent

from mcp_chassis.failures import Failure
from mcp_chassis.output.cursors import START, Cursors, Position
from mcp_chassis.output.labels import READS, labels_of
from mcp_chassis.output.marked_fields import marked_fields, visible_result
from mcp_chassis.output.markup.edits import described
from mcp_chassis.output.mirrored import MirroredResult
from mcp_chassis.output.sanitize import distinct_keys, sanitize, sanitize_json
from mcp_chassis.output.truncate import RESERVED_CHARS, truncate, truncate_text
from mcp_chassis.results import Content, Result, TextPage, compact

LEFT_OUT_NOTICE = "The page does not show this; MCP_RAW_TEXT=true on the server does."
TRUNCATION_NOTICE = "The rest was cut to keep this result short"


@dataclasses.dataclass(frozen=True)
class Renderer:
    """Renders the results, resources, prompts and failures of one server.

    Args:
        budget: maximum number of characters in one result.
        cursors: signs the positions of next pages.
        scrub: redacts secrets in a text.
        raw: show Markdown as its source, including parts that the rendered page does not show.
    """

    budget: int
    cursors: Cursors
    scrub: Callable[[str], str]
    raw: bool = False

    def answer(
        self,
        value: Any,
        *,
        start: Position,
        bound_to: bytes,
        pages: bool,
        warnings: Sequence[str] = (),
        labelled: str | Literal[False] = False,
    ) -> CallToolResult:
        """The result of a tool call.

        Args:
            value: what the tool returned.
            start: the start of this page.
            bound_to: the binding of the result's cursor; see `cursors.binding`.
            pages: whether the tool takes a cursor.
            warnings: added to the warnings of the result.
            labelled: the kind of tool (`labels.READS`, `labels.WRITES`) if results are labelled, else False.
        """
        if isinstance(value, CallToolResult):
            return self._blocks(value, labelled)
        if isinstance(value, TextPage):
            meta = labels_of(value, {}, labelled) if labelled else None
            return CallToolResult(content=[_block(self._text(value, start, bound_to, pages, warnings))], _meta=meta)
        text, data = self.json(value, start=start, bound_to=bound_to, pages=pages, warnings=warnings)
        meta = labels_of(value, data, labelled) if labelled else None
        blocks = [_block(text), *(value.beside() if isinstance(value, Result) else ())]
        return MirroredResult(content=blocks, structured_content=data, _meta=meta)

    def _blocks(self, value: CallToolResult, labelled: str | Literal[False]) -> CallToolResult:
        """A result that a tool made of content blocks, such as an image, with clean texts and a label."""
        blocks = [
            block.model_copy(update={"text": self.plain(block.text)}) if isinstance(block, TextContent) else block
            for block in value.content
        ]
        label = labels_of(TextPage(""), {}, READS) if labelled == READS else None
        meta = {**(value.meta or {}), **(label or {})} or None
        return value.model_copy(update={"content": blocks, "meta": meta})

    def whole(self, value: Result, labelled: str | Literal[False] = False) -> CallToolResult:
        """The result of a call without pages."""
        return self.answer(value, start=START, bound_to=b"", pages=False, labelled=labelled)

    def json(
        self,
        value: Result,
        *,
        start: Position = START,
        bound_to: bytes = b"",
        pages: bool = False,
        warnings: Sequence[str] = (),
    ) -> tuple[str, dict[str, Any]]:
        """A `Result` as compact JSON within the budget, and the object that the JSON represents."""
        if not self.raw and marked_fields(type(value)).markdown:
            value, hidden = visible_result(value)
            warnings = [*warnings, *([f"Left out: {described(hidden)}. {LEFT_OUT_NOTICE}"] if hidden else [])]
        text, data = _serialized(value)
        if warnings:
            data = _warned(data, warnings)
            text = compact(data)
        cleaned = _needs_sanitizing(text)
        if cleaned:
            data, removed = sanitize_json(data)
            data = {**data, "invisible_characters_removed": removed} if removed else data
            text = compact(data)
        if self.scrub(text) != text:  # only now: an invisible character inside a secret would hide it
            data = _in_texts(data, self.scrub)
            text = compact(data)
        own = cast("str | None", data.get("next_cursor"))
        rest = None if own is None else Position(own)
        added = RESERVED_CHARS if cleaned or own is not None else 0
        cut = len(text) + added > self.budget or start.skip or start.offset
        if cut:
            fitted = truncate(data, value.page_field, self.budget, start)
            rest = fitted.rest or rest
            data = (
                self._with_truncation_mark(fitted.data, pages and not fitted.lost)
                if fitted.rest or fitted.lost
                else fitted.data
            )
        if rest is not None and pages:
            data = {**data, "next_cursor": self.cursors.seal(rest, bound_to)}
        return (compact(data) if cut or rest is not None else text), data

    def contents(self, value: Any, mime_type: str, warnings: Sequence[str] = ()) -> ReadResourceContents:
        """The contents of a resource: a `Result` as JSON, text within the budget, bytes unchanged."""
        if isinstance(value, Content):
            mime_type, value = value.mime_type, value.data
        if isinstance(value, bytes):
            return ReadResourceContents(content=value, mime_type=mime_type)
        if isinstance(value, Result):
            return ReadResourceContents(content=self.json(value, warnings=warnings)[0], mime_type=mime_type)
        text = value.text if isinstance(value, TextPage) else str(value)
        return ReadResourceContents(content=self.plain(text), mime_type=mime_type)

    def plain(self, text: str) -> str:
        """A text without pages: redacted, sanitised and cut to the budget."""
        return self._text(TextPage(text), START, b"", pages=False)

    def failed(self, failure: Failure) -> CallToolResult:
        """A failed result with one text block. Structured content would be validated against the output schema."""
        return CallToolResult(content=[_block(compact({"error": self.error(failure)}))], is_error=True)

    def error(self, failure: Failure) -> dict[str, Any]:
        """The `error` object of a failure, sanitised and redacted."""
        cleaned, _ = sanitize_json(json.loads(failure.text()))
        return _in_texts(cleaned, self.scrub)["error"]

    def line(self, text: str) -> str:
        """A short text: sanitised and redacted, never cut."""
        return self.scrub(sanitize(text)[0])

    def _with_truncation_mark(self, data: dict[str, Any], pages: bool) -> dict[str, Any]:
        marked = {**data, "truncated": True}
        if not pages:
            marked["warnings"] = [*data.get("warnings", []), f"{TRUNCATION_NOTICE}; request less at once."]
        return marked

    def _text(self, page: TextPage, start: Position, bound_to: bytes, pages: bool, warnings: Sequence[str] = ()) -> str:
        visible, removed = sanitize(page.text)
        whole = self.scrub(visible)
        added = RESERVED_CHARS if removed or page.next_cursor is not None else 0
        text, end = truncate_text(whole, self.budget - added, start.offset)
        rest = Position(start.own, 0, end) if end is not None else None
        if rest is None and page.next_cursor is not None:
            rest = Position(page.next_cursor)
        lines = [text.removesuffix("\n")]
        lines.extend(f"[{self.line(warning)}]" for warning in warnings)
        if removed:
            lines.append(f"[{removed} invisible characters removed]")
        if rest is not None and pages:
            lines.append(f"[more: same arguments with cursor={self.cursors.seal(rest, bound_to)}]")
        elif rest is not None:
            lines.append(f"[{TRUNCATION_NOTICE}: {len(whole) - (end or 0)} more characters]")
        return "\n".join(lines) if len(lines) > 1 else text


def _serialized(value: Result) -> tuple[str, dict[str, Any]]:
    try:
        text = value.as_json()
    except pydantic_core.PydanticSerializationError:  # half of a surrogate pair, which UTF-8 cannot encode
        cleaned, _ = sanitize_json(value.model_dump(by_alias=True, exclude_none=True))
        text = compact(cleaned)
    return text, _fields(value) if value.plain else cast("dict[str, Any]", pydantic_core.from_json(text))


def _warned(data: dict[str, Any], warnings: Sequence[str]) -> dict[str, Any]:
    known = cast("list[str]", data.get("warnings", []))
    return {**data, "warnings": [*known, *(warning for warning in warnings if warning not in known)]}


def _fields(value: Result) -> dict[str, Any]:
    named = {name: getattr(value, name) for name in type(value).model_fields}
    return {name: field for name, field in named.items() if field is not None}


def _in_texts(value: Any, change: Callable[[str], str]) -> Any:
    """JSON with `change` applied to every text and key. Numbers are kept, even if a secret has the same digits."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        children = cast("dict[str, Any]", value)
        names = distinct_keys({key: change(key) for key in children})
        return {names[key]: _in_texts(child, change) for key, child in children.items()}
    return [_in_texts(child, change) for child in cast("list[Any]", value)] if isinstance(value, list) else value


def _block(text: str) -> TextContent:
    return TextContent(type="text", text=text)


def _needs_sanitizing(text: str) -> bool:
    """Whether JSON text contains invisible characters. In JSON, controls except DEL are escaped, all others are not."""
    return "\\u00" in text or "\x7f" in text or (not text.isascii() and sanitize(text)[1] > 0)
