"""Results about files, scheduled messages and unread conversations."""

from collections.abc import Mapping
from typing import ClassVar, Self

from mcp_chassis.results import Page, Result

from slack_mcp.models.messages import Place
from slack_mcp.records.files import FileRecord
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.files import described_file


class ListedFile(Result):
    id: str
    file: str
    user: str | None = None
    time: str | None = None
    permalink: str | None = None

    @classmethod
    def from_record(cls, file: FileRecord, names: Mapping[str, str], now: float) -> Self:
        return cls(
            id=file.id,
            file=described_file(file),
            user=names.get(file.user, file.user) or None,
            time=written(file.created, now) if file.created > 0 else None,
            permalink=file.permalink or None,
        )


class FileList(Page):
    page_field: ClassVar[str | None] = "files"

    files: list[ListedFile]


class Scheduled(Result):
    channel: Place
    id: str
    time: str
    warnings: list[str] | None = None


class ScheduledMessage(Result):
    id: str
    channel: str
    time: str
    text: str


class ScheduledList(Page):
    page_field: ClassVar[str | None] = "messages"

    messages: list[ScheduledMessage]


class Unread(Result):
    """`more`: there are more unread messages than were counted."""

    id: str
    name: str
    unread: int
    more: bool | None = None
    since: str


class UnreadList(Result):
    conversations: list[Unread]
    warnings: list[str] | None = None
