"""Tools that list, read and upload files."""

from base64 import b64encode
from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import TextPage
from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, IdempotencyKey, reads, writes
from mcp_types import CallToolResult, ImageContent, TextContent
from pydantic import Field

from slack_mcp.client.files import Upload
from slack_mcp.connection import Slack
from slack_mcp.file_access import check_file, check_sender
from slack_mcp.file_contents import content_given, image_of_file
from slack_mcp.file_texts import text_of_file
from slack_mcp.models import FileList, ListedFile, SharedFile
from slack_mcp.rendering.files import described_file
from slack_mcp.threads import thread_given
from slack_mcp.tools.parameters import ChannelGiven, OptionalChannel, OptionalThread
from slack_mcp.writing.message_body import Body, edited

FileId = Annotated[str, Field(max_length=500, description="File id (F...) or its link.")]
Person = Annotated[str | None, Field(max_length=250, description="@handle, id or e-mail."), EMPTY_IS_ABSENT]

TextContentGiven = Annotated[str | None, Field(max_length=190_000), EMPTY_IS_ABSENT]
Pages = Annotated[
    str | None, Field(max_length=20, description="PDF pages, slides or sheets: 3, 5-20."), EMPTY_IS_ABSENT
]
Base64Given = Annotated[str | None, Field(max_length=190_000), EMPTY_IS_ABSENT]
NO_CHANNEL_GIVEN = "The call names no channel, and SLACK_ALLOWED_CHANNELS restricts this server to some channels."


@reads("List files")
async def list_files(
    slack: Slack,
    channel: OptionalChannel = None,
    user: Person = None,
    count: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: Cursor = None,
) -> FileList:
    """List the files of a channel or person, newest first; read_file reads one."""
    if channel is None and not slack.access.unrestricted:
        raise InvalidInput(NO_CHANNEL_GIVEN, remedy="Give a channel.")
    place = await slack.channels.resolve(channel) if channel else None
    person = await slack.people.resolve(user) if user else None
    number = int(cursor) if cursor else 1
    page = await slack.api.files.page(
        place.id if place else None, person.id if person else None, count=count, page=number
    )
    names, warnings = await slack.people.names(file.user for file in page.files)
    return FileList(
        files=[ListedFile.from_record(file, names, slack.now()) for file in page.files],
        next_cursor=str(number + 1) if number < page.pages else None,
        warnings=warnings or None,
    )


@reads("Read a file")
async def read_file(file: FileId, slack: Slack, pages: Pages = None, cursor: Cursor = None) -> TextPage:
    """Read a text, PDF or office file, snippet, e-mail, canvas, list or transcript; of others, the description."""
    found = await slack.api.files.info(file_id(file))
    await check_file(found, slack)
    await check_sender(found, slack)
    text = await text_of_file(found, slack, pages)
    return TextPage(f"{described_file(found)}\n\n{text}")


@reads("View an image")
async def read_image(file: FileId, slack: Slack) -> CallToolResult:
    """Show an image file of at most 3 MB."""
    found = await slack.api.files.info(file_id(file))
    await check_file(found, slack)
    content = await image_of_file(found, slack)
    image = ImageContent(data=b64encode(content).decode(), mime_type=found.mimetype)
    return CallToolResult(content=[TextContent(text=described_file(found)), image])


@writes("Upload a file", destructive=False, idempotent=False)
async def upload_file(
    channel: ChannelGiven,
    name: Annotated[str, Field(min_length=1, max_length=200, description="File name with its ending.")],
    slack: Slack,
    text: TextContentGiven = None,
    base64: Base64Given = None,
    comment: Annotated[str | None, Field(max_length=4_000, description="Markdown."), EMPTY_IS_ABSENT] = None,
    alt_text: Annotated[str | None, Field(max_length=1_000), EMPTY_IS_ABSENT] = None,
    thread_ts: OptionalThread = None,
    idempotency_key: IdempotencyKey = None,
) -> SharedFile:
    """Upload a file into a channel or thread, with its content as text or base64."""
    upload = Upload(name, content_given(text, base64), alt_text=alt_text or "")
    body = edited(comment, slack.rules) if comment else Body("")
    place = await slack.channels.resolve(channel, write=True)
    thread = await thread_given(thread_ts, place.id, slack.api)
    shared = await slack.api.files.upload(upload, place.id, body.blocks or [], thread)
    return SharedFile.of(shared, place, [*await slack.guests.warnings(place), *body.warnings])


def file_id(given: str) -> str:
    """Parse a file id, given as id or link."""
    parts = [part for part in given.strip().strip("<>").split("/") if part[:1] == "F" and part.isalnum()]
    if not parts:
        raise InvalidInput("The file id cannot be parsed.", remedy="Give the id (F...) that another tool returned.")
    return parts[-1]
