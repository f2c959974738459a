"""Tools for the notifications of the signed-in account."""

from typing import Annotated

from mcp_chassis.tools import Cursor, reads, writes
from pydantic import Field

from github_mcp.models.notifications import DoneNotification, NotificationPage, notification_row
from github_mcp.tools.parameters import GitHub

ThreadId = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[0-9]+$")]
MaxNotifications = Annotated[int, Field(ge=1, le=50)]


@reads("List notifications")
async def list_notifications(
    github: GitHub,
    read_too: bool = False,
    max_results: MaxNotifications = 20,
    cursor: Cursor = None,
) -> NotificationPage:
    """List notifications, unread ones unless read_too, newest first."""
    found = await github.notifications.page(max_results, cursor, read_too=read_too)
    rows = [notification_row(each) for each in found.items]
    return github.with_notices(NotificationPage.of(rows, **found.page_fields))


@writes("Mark a notification done", destructive=True, idempotent=True)
async def mark_notification_done(id: ThreadId, github: GitHub) -> DoneNotification:
    """Remove a notification from the inbox, by its id."""
    done = await github.notifications.mark_done(id)
    return github.with_notices(DoneNotification(id=done.id, title=done.subject.title))
