"""Reminders of the token's person."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures hold bare dicts and untyped keywords.

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.reminders import CreatedReminderRecord, ReminderRecord


class Reminders:
    """Slack's methods about reminders, with a person's token."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def add(self, text: str, time: int) -> ReminderRecord:
        """A reminder for the token's person; `time` is in seconds since 1970."""
        response = await self._web.request("reminders.add", {"text": text, "time": time})
        return response.record(CreatedReminderRecord, operation="add the reminder").reminder

    async def all(self) -> list[ReminderRecord]:
        """Every reminder, completed ones included; Slack gives them in one answer."""
        response = as_response(await self._web.sdk.reminders_list())
        operation = "list the reminders"
        return response.records(ReminderRecord, operation=operation, at="reminders", noun="reminders").items

    async def complete(self, identity: str) -> None:
        await self._web.sdk.reminders_complete(reminder=identity)
