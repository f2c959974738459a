"""Requests for the notifications of the signed-in account, restricted to allowed repositories."""

from mcp_chassis.failures import NotFound

from github_mcp.client.list_pages import ListPage, next_position, params_at
from github_mcp.client.session import Session, Write
from github_mcp.records.notifications import NotificationRecord


class Notifications:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(self, size: int, position: str | None, *, read_too: bool) -> ListPage[NotificationRecord]:
        """One page of notifications, newest first; read ones are included only with `read_too`."""
        params = params_at(position, {"all": read_too, "per_page": size})
        answer = await self._session.get("/notifications", params=params)
        found = answer.records(NotificationRecord, operation="list the notifications", noun="notifications")
        allowed = [each for each in found.items if self._session.allowed.allows(each.repository.full_name)]
        self._session.warn_of_outside(len(found.items) - len(allowed), "notifications")
        self._session.notices.warn_of_partial_results(answer.headers)
        return ListPage(allowed, next_position(answer))

    async def mark_done(self, thread_id: str) -> NotificationRecord:
        """Remove a notification of an allowed repository from the inbox, and return it. This is idempotent."""
        tail, values = "/notifications/threads/{thread_id}", {"thread_id": thread_id}
        answer = await self._session.get(tail, values)
        thread = answer.record(NotificationRecord, operation="read the notification")
        self._session.allowed.check(thread.repository.full_name)
        if thread.id != thread_id:
            text = f"GitHub returned another notification than {thread_id}, so none was marked as done."
            raise NotFound(text, remedy="Take the id from list_notifications.")
        await self._session.send(Write("DELETE", tail, values))
        return thread
