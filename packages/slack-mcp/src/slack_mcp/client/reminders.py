"""Requests about reminders of the person who owns the token."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.reminders import CreatedReminderRecord, ReminderRecord


class Reminders:
    """Slack's API methods about reminders, called with a person's token."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def add(self, text: str, time: int) -> ReminderRecord:
        """Add a reminder for the token's person; `time` is in Unix seconds."""
        response = await self._web.request("reminders.add", {"text": text, "time": time})
        return response.record(CreatedReminderRecord, operation="add the reminder").reminder

    async def all(self) -> list[ReminderRecord]:
        """All reminders of the token's person, completed ones included, from one response."""
        response = as_response(await self._web.sdk.reminders_list())
        operation = "list the reminders"
        return response.records(ReminderRecord, operation=operation, at="reminders", noun="reminders").items

    async def complete(self, identity: str) -> None:
        await self._web.sdk.reminders_complete(reminder=identity)
