"""Tools for reminders of the person who owns the user token."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import IdempotencyKey, reads, writes
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.models import Done, Reminder, ReminderList
from slack_mcp.personal import person_api
from slack_mcp.rendering.mrkdwn import mentioned_users
from slack_mcp.rendering.names import Names
from slack_mcp.times import FUTURE_TIME_REMEDY


@reads("List reminders")
async def list_reminders(slack: Slack, include_done: bool = False) -> ReminderList:
    """List the person's reminders."""
    found = await person_api(slack).reminders.all()
    shown = [reminder for reminder in found if include_done or not reminder.complete_ts]
    users, warnings = await slack.people.names(user for held in shown for user in mentioned_users(held.text))
    names = Names(users)
    return ReminderList(
        reminders=[Reminder.from_record(reminder, names) for reminder in shown], warnings=warnings or None
    )


@writes("Add a reminder", destructive=False, idempotent=False)
async def add_reminder(
    text: Annotated[str, Field(min_length=1, max_length=500)],
    at: Annotated[str, Field(max_length=200, description="ISO time with offset, tomorrow 9:00, 2h.")],
    slack: Slack,
    idempotency_key: IdempotencyKey = None,
) -> Reminder:
    """Remind the person at a time."""
    person = person_api(slack)
    time = int(float(await slack.ts(at, ahead=True)))
    if time <= slack.now():
        raise InvalidInput("The time of the reminder is in the past.", remedy=FUTURE_TIME_REMEDY)
    return Reminder.from_record(await person.reminders.add(text, time))


@writes("Complete a reminder", destructive=False, idempotent=True)
async def mark_reminder_done(id: Annotated[str, Field(min_length=1, max_length=100)], slack: Slack) -> Done:
    """Mark a reminder as done by the id that list_reminders gives."""
    await person_api(slack).reminders.complete(id)
    return Done()
