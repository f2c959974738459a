"""Resources: facts about the workspace and this server, and the latest messages of a channel."""

from collections.abc import Mapping, Sequence

from mcp_chassis.failures import Failure
from mcp_chassis.tools import resource

from slack_mcp.connection import Slack, Workspace
from slack_mcp.message_pages import messages_from
from slack_mcp.models import Messages, WorkspaceFacts

MAX_RECENT_MESSAGES = 50


async def channel_names(slack: Workspace, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Completion of channel names: the app's readable channels whose names begin with `prefix`."""
    wanted = prefix.lstrip("#").casefold()
    names: list[str] = []
    try:
        async for page in slack.channels.list_of(("public_channel",), joined=True).pages():
            shown = (channel for channel in page.items if slack.access.readable(channel))
            names += [channel.name for channel in shown if channel.name.startswith(wanted)]
    except Failure:
        return names
    return sorted(names)


@resource("slack://workspace", "The workspace, and what this server may do in it")
async def workspace(slack: Slack) -> WorkspaceFacts:
    """Team, identity, kind of token, and what is switched off and why."""
    identity = await slack.identity()
    return WorkspaceFacts.from_record(identity, slack.api.scopes, _disabled(slack))


def _disabled(slack: Workspace) -> dict[str, str]:
    """Disabled features, each with the setting that disables it."""
    settings = slack.settings
    off = {
        "search": None
        if slack.person is not None
        else "SLACK_USER_TOKEN is not set: only recent messages of the app's channels are searched.",
        "writing": "SLACK_READ_ONLY is set." if settings.read_only else None,
        "direct messages": None if settings.allow_dms else "SLACK_ALLOW_DMS is not set.",
        "pinging whole channels and groups": None
        if settings.allow_broadcasts
        else "SLACK_ALLOW_BROADCASTS is not set.",
        "link previews": None if settings.unfurl_domains else "SLACK_UNFURL_DOMAINS names no domain.",
        "other channels": _limits(slack),
        "fast reading": " ".join(slack.api.limit.notices) or None,
    }
    return {what: why for what, why in off.items() if why}


def _limits(slack: Workspace) -> str | None:
    settings = slack.settings
    read = f"SLACK_ALLOWED_CHANNELS: {', '.join(settings.allowed_channels)}." if settings.allowed_channels else ""
    written = f"SLACK_WRITE_CHANNELS: {', '.join(settings.write_channels)}." if settings.write_channels else ""
    return " ".join(filter(None, (read, written))) or None


@resource("slack://channel/{name}/recent", "The latest messages of a channel", complete={"name": channel_names})
async def recent(name: str, slack: Slack) -> Messages:
    """The last 50 messages, newest first."""
    place = await slack.channels.resolve(name)
    page = await slack.api.messages.history(place.id, limit=MAX_RECENT_MESSAGES)
    return (await messages_from(page, place.id, slack)).model_copy(update={"next_cursor": None})
