"""Requests about canvases: create, append, replace a section."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from typing import Any

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.canvases import CreatedCanvasRecord, SectionRecord


class Canvases:
    """Slack's API methods about canvases, called with one token; the content is Markdown."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def create(self, channel: str, title: str, markdown: str, *, tab: bool) -> str:
        """Create a canvas and return its id; with `tab` the channel's own canvas, else one shared in the channel."""
        arguments: dict[str, Any] = {"channel_id": channel, "document_content": _document(markdown)}
        arguments |= {"title": title} if title else {}
        method = "conversations.canvases.create" if tab else "canvases.create"
        response = await self._web.request(method, arguments)
        return response.record(CreatedCanvasRecord, operation="create the canvas").canvas_id

    async def insert(self, canvas: str, markdown: str, *, at_start: bool = False) -> None:
        operation = "insert_at_start" if at_start else "insert_at_end"
        await self._edit(canvas, {"operation": operation, "document_content": _document(markdown)})

    async def replace(self, canvas: str, section: str, markdown: str) -> None:
        change = {"operation": "replace", "section_id": section, "document_content": _document(markdown)}
        await self._edit(canvas, change)

    async def sections(self, canvas: str, text: str) -> list[SectionRecord]:
        """The sections of a canvas that contain a text."""
        response = as_response(
            await self._web.sdk.canvases_sections_lookup(canvas_id=canvas, criteria={"contains_text": text})
        )
        return response.records(SectionRecord, operation="look for the section", at="sections", noun="sections").items

    async def _edit(self, canvas: str, change: dict[str, Any]) -> None:
        await self._web.request("canvases.edit", {"canvas_id": canvas, "changes": [change]})


def _document(markdown: str) -> dict[str, str]:
    return {"type": "markdown", "markdown": markdown}
