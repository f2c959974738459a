"""Slack's own search, with a person's token, kept within what this server may show."""

from typing import Literal

from slack_mcp.access import Channel
from slack_mcp.channel_directory import channel_from
from slack_mcp.connection import Workspace
from slack_mcp.message_pages import names_in
from slack_mcp.models import Match, Matches
from slack_mcp.references import query_value
from slack_mcp.rendering.json_node import Node, part, parts, text

LAST_PAGE = 100
LEFT_OUT = "Results outside the channels this server may read are left out."
NARROWED = "Slack shows the first 100 pages of a search; narrow the query for more."

Sort = Literal["relevance", "newest"]


async def searched(
    query: str, place: Channel | None, count: int, sort: Sort, cursor: str | None, slack: Workspace
) -> Matches:
    """One page. The person behind the token may see more than this server may show: that is taken out."""
    page = int(cursor) if cursor else 1
    asked = f"{query} in:#{place.name}" if place and place.kind == "channel" else query
    found = await slack.api.search(asked, count=count, page=page, sort="score" if sort == "relevance" else "timestamp")
    pairs = [(match, channel_from(part(match, "channel"))) for match in parts(found, "matches")]
    shown = [(match, channel) for match, channel in pairs if _may_show(channel, place, slack)]
    names, told = await names_in([match for match, _ in shown], slack)
    pages = int(part(found, "paging").get("pages") or 1)
    closed = not slack.access.every_channel or len(shown) < len(pairs)
    warnings = [*([LEFT_OUT] if closed else []), *([NARROWED] if page == LAST_PAGE < pages else []), *told]
    return Matches(
        source="search",
        total=None if closed else int(found["total"]),
        items=[
            Match.from_api(_threaded(match), channel, names, text(match, "permalink"), slack.now())
            for match, channel in shown
        ],
        next_cursor=str(page + 1) if page < min(pages, LAST_PAGE) else None,
        warnings=warnings or None,
    )


def _may_show(channel: Channel, place: Channel | None, slack: Workspace) -> bool:
    return slack.access.readable(channel) and (place is None or channel.id == place.id)


def _threaded(match: Node) -> Node:
    """A match tells its thread in its link alone."""
    return {**match, "thread_ts": query_value(text(match, "permalink"), "thread_ts")}
