"""Results about files, scheduled messages and unread conversations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar, Self

from mcp_chassis.results import Page, Result

from slack_mcp.access import Channel
from slack_mcp.client.files import Uploaded
from slack_mcp.models.messages import Place
from slack_mcp.records.files import FileRecord
from slack_mcp.records.reminders import ReminderRecord
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.files import described_file
from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.names import Names


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


class SharedFile(Result):
    channel: Place
    id: str
    permalink: str | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def of(cls, shared: Uploaded, place: Channel, warnings: list[str]) -> Self:
        return cls(
            channel=Place.of(place),
            id=shared.id,
            permalink=shared.permalink or None,
            recovered=shared.recovered or None,
            warnings=warnings or None,
        )


class WrittenCanvas(Result):
    id: str
    created: bool | None = None


class WrittenItem(Result):
    id: str
    created: bool | None = None


class Reminder(Result):
    """Reminder. `time`: ISO, none if repeating."""

    id: str
    text: str
    time: str | None = None
    recurring: bool | None = None
    done: bool | None = None

    @classmethod
    def from_record(cls, reminder: ReminderRecord, names: Names | None = None) -> Self:
        return cls(
            id=reminder.id,
            text=readable(reminder.text, names or Names()),
            time=f"{datetime.fromtimestamp(reminder.time, UTC):%Y-%m-%dT%H:%MZ}" if reminder.time > 0 else None,
            recurring=reminder.recurring or None,
            done=reminder.complete_ts > 0 or None,
        )


class ReminderList(Page):
    page_field: ClassVar[str | None] = "reminders"

    reminders: list[Reminder]


class UserGroup(Result):
    id: str
    handle: str
    name: str
    members: int | None = None


class UserGroupList(Page):
    page_field: ClassVar[str | None] = "groups"

    groups: list[UserGroup]


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
    """A conversation with unread messages. `more`: `count` is a minimum; no `since`: never read."""

    id: str
    name: str
    unread: int
    more: bool | None = None
    since: str | None = None


class UnreadList(Result):
    conversations: list[Unread]
    warnings: list[str] | None = None
