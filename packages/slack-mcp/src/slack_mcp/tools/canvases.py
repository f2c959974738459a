"""Tool that writes canvases."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.tools import EMPTY_IS_ABSENT, IdempotencyKey, writes
from pydantic import Field

from slack_mcp.connection import Slack, Workspace
from slack_mcp.file_access import check_file
from slack_mcp.models import WrittenCanvas
from slack_mcp.tools.files import file_id
from slack_mcp.tools.parameters import OptionalChannel
from slack_mcp.writing.message_body import check_pings

OptionalCanvas = Annotated[str | None, Field(max_length=500, description="Id (F...) or link."), EMPTY_IS_ABSENT]


@writes("Write a canvas", destructive=True, idempotent=False)
async def write_canvas(
    markdown: Annotated[str, Field(min_length=1, max_length=100_000)],
    slack: Slack,
    canvas: OptionalCanvas = None,
    channel: OptionalChannel = None,
    title: Annotated[str | None, Field(max_length=200), EMPTY_IS_ABSENT] = None,
    replaces: Annotated[
        str | None, Field(max_length=500, description="Text of the section to replace."), EMPTY_IS_ABSENT
    ] = None,
    idempotency_key: IdempotencyKey = None,
) -> WrittenCanvas:
    """Append to a canvas or replace one of its sections; without canvas, create one in the channel."""
    check_pings(markdown, slack.rules)
    if canvas is None:
        return await _created(channel, title or "", markdown, slack)
    identity = file_id(canvas)
    await check_file(await slack.api.files.info(identity), slack, write=True)
    if replaces is None:
        await slack.api.canvases.insert(identity, markdown)
    else:
        await slack.api.canvases.replace(identity, await _section(identity, replaces, slack), markdown)
    return WrittenCanvas(id=identity)


async def _created(channel: str | None, title: str, markdown: str, slack: Workspace) -> WrittenCanvas:
    """Create a canvas: with a title a shared one, without a title the channel's own canvas."""
    if channel is None:
        raise InvalidInput(
            "The call names neither a canvas to write into nor a channel to create one in.", remedy="Give one of them."
        )
    place = await slack.channels.resolve(channel, write=True)
    made = await slack.api.canvases.create(place.id, title, markdown, tab=not title)
    return WrittenCanvas(id=made, created=True)


async def _section(canvas: str, text: str, slack: Workspace) -> str:
    """Id of the only section of a canvas that contains a text."""
    found = await slack.api.canvases.sections(canvas, text)
    if not found:
        raise NotFound(
            "No section of the canvas contains the text in replaces.", remedy="Read the canvas with read_file."
        )
    if len(found) > 1:
        raise InvalidInput(
            f"{len(found)} sections of the canvas contain the text in replaces.",
            remedy="Give a text that only one section holds.",
        )
    return found[0].id
