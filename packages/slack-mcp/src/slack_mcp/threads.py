"""Threads: the thread of a reply, pages of replies, and the newest replies of a long thread."""

from mcp_chassis.failures import Failure, NotFound

from slack_mcp.client import SlackApi
from slack_mcp.client.messages import BEFORE, MessagePage
from slack_mcp.records.messages import MessageRecord
from slack_mcp.references import message_ts

MAX_PAGE_SIZE = 999
MAX_WINDOWS = 8
FIRST_WINDOW_FACTOR = 2
WINDOW_GROWTH = 4


async def thread_of(ts: str, channel: str, api: SlackApi) -> str:
    """The ts of the thread that a message belongs to: its own ts, or for a reply that of the first message.

    With the ts of a reply, Slack would start a thread that nobody sees. Returns `ts` if the history cannot be read.

    Raises:
        NotFound: when the channel has no message with this ts.
    """
    if api.limit.known:
        return ts
    try:
        page = await api.messages.replies(channel, ts, limit=1)
    except NotFound:
        raise
    except Failure:
        return ts
    message = next((found for found in page.messages if found.ts == ts), None)
    return message.thread_ts if message is not None and message.is_reply else ts


async def thread_given(given: str | None, channel: str, api: SlackApi) -> str | None:
    """The ts of the thread for a ts or link of a message in it; None if none was given."""
    return await thread_of(message_ts(given, thread=True, channel=channel), channel, api) if given else None


async def read_thread(
    channel: str, ts: str, *, limit: int, oldest: str | None, cursor: str | None, api: SlackApi
) -> tuple[MessagePage, str]:
    """One page of a thread, oldest first, and the thread's ts; for the ts of a reply, its whole thread."""
    page = await api.messages.replies(channel, ts, limit=limit, oldest=oldest, cursor=cursor)
    first = page.messages[0] if page.messages else None
    if first is None or cursor or not first.is_reply:
        return page, ts
    root = first.thread_ts
    return await api.messages.replies(channel, root, limit=limit, oldest=oldest), root


async def newest_replies(
    channel: str, ts: str, *, limit: int, oldest: str | None, cursor: str | None, api: SlackApi
) -> tuple[MessagePage, str]:
    """The newest messages of a thread, newest first; the cursor leads to older ones.

    Slack returns threads only from the beginning, so a time window before the newest reply is read and widened until
    it contains enough messages.
    """
    root = await _root(channel, ts, api)
    end = float(cursor.removeprefix(BEFORE)) - 0.000001 if cursor else float(root.latest_reply or root.ts)
    begin = max(float(oldest or 0), float(root.ts))
    span = max(end - begin, 1.0)
    share = FIRST_WINDOW_FACTOR * limit / max(root.reply_count, 1)
    window = min(span, max(60.0, span * share))
    found: list[MessageRecord] = []
    for _ in range(MAX_WINDOWS):
        start = begin if window >= span else end - window
        found = await _between(channel, root.ts, start, end, api)
        if len(found) >= limit or window >= span:
            break
        window = min(span, window * WINDOW_GROWTH)
    newest = found[-limit:][::-1]
    more = len(found) > limit or (window < span and bool(newest))
    return MessagePage(newest, f"{BEFORE}{newest[-1].ts}" if more and newest else ""), root.ts


async def _root(channel: str, ts: str, api: SlackApi) -> MessageRecord:
    page = await api.messages.replies(channel, ts, limit=1)
    if page.messages and page.messages[0].is_reply:
        page = await api.messages.replies(channel, page.messages[0].thread_ts, limit=1)
    if not page.messages or not page.messages[0].ts:
        raise NotFound("The channel has no thread with this ts.", remedy="Use the ts that another tool gave.")
    return page.messages[0]


async def _between(channel: str, root: str, start: float, end: float, api: SlackApi) -> list[MessageRecord]:
    """All messages of a thread in a period, oldest first."""
    found: list[MessageRecord] = []
    cursor: str | None = None
    while True:
        page = await api.messages.replies(
            channel, root, limit=MAX_PAGE_SIZE, oldest=f"{start:.6f}", latest=f"{end:.6f}", cursor=cursor
        )
        found += [message for message in page.messages if message.ts and start <= float(message.ts) <= end]
        cursor = page.next_cursor
        if not cursor:
            return found
