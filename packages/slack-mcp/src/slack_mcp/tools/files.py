"""Listing and reading files."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import TextPage
from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, reads
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.file_access import check_file
from slack_mcp.file_texts import text_of_file
from slack_mcp.models import FileList, ListedFile
from slack_mcp.rendering.files import described_file
from slack_mcp.tools.parameters import OptionalChannel

FileId = Annotated[str, Field(max_length=500, description="File id (F...) or its link.")]
Person = Annotated[str | None, Field(max_length=250, description="@handle, id or e-mail."), EMPTY_IS_ABSENT]


@reads("List files")
async def list_files(
    slack: Slack,
    channel: OptionalChannel = None,
    user: Person = None,
    count: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: Cursor = None,
) -> FileList:
    """List the files of a channel or person, newest first; read_file reads one."""
    if channel is None and not slack.access.everything:
        raise InvalidInput("Give the channel: this server is kept to some channels.")
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
async def read_file(file: FileId, slack: Slack, cursor: Cursor = None) -> TextPage:
    """Read a text file, snippet, e-mail, canvas or transcript as text; of other files, the description."""
    found = await slack.api.files.info(_file_id(file))
    await check_file(found, slack)
    text = await text_of_file(found, slack)
    return TextPage(f"{described_file(found)}\n\n{text}")


def _file_id(given: str) -> str:
    """A file's id from itself or from a link to it."""
    parts = [part for part in given.strip().strip("<>").split("/") if part[:1] == "F" and part.isalnum()]
    if not parts:
        raise InvalidInput("The file's id cannot be read.", remedy="Give the id (F...) that another tool returned.")
    return parts[-1]
