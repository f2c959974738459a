"""Results about notifications: a table of them, and one that was marked as done."""

from mcp_chassis.results import Result
from mcp_chassis.text_marks import OutsideText

from github_mcp.models.tables import Cell, Table
from github_mcp.records.notifications import NotificationRecord


class NotificationPage(Table):
    """A table of notifications, newest first."""


class DoneNotification(Result):
    id: str
    title: OutsideText


def notification_row(notification: NotificationRecord) -> dict[str, Cell]:
    return {
        "id": notification.id,
        "repository": notification.repository.full_name,
        "type": notification.subject.type,
        "number": notification.subject.number,
        "title": notification.subject.title,
        "reason": notification.reason,
        "unread": notification.unread,
        "updated_at": notification.updated_at,
    }
