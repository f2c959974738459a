"""The methods of Slack's Web API that are used: their tier, and what may be done again."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.retry import Repeat

# docs.slack.dev, rate limits: calls a minute of each tier, bursts tolerated.
TIER_PER_MINUTE: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS = "posts"
SPACED = 1.1
"""Seconds that are counted as one for posts: what leaves evenly spaced arrives a little unevenly."""


@dataclass(frozen=True)
class Method:
    """One method.

    `done` are the errors that say that it was done already; `check` is what to look at when its answer was lost.
    """

    tier: int | None
    repeat: Repeat = Repeat.READ
    done: frozenset[str] = frozenset()
    check: str = ""


SEEN_IN_HISTORY = "Look with get_channel_history or get_thread before sending it again."

METHODS: Mapping[str, Method] = {
    "auth.test": Method(4),
    "conversations.create": Method(2, Repeat.NEVER, check="Look for its name with list_channels before trying again."),
    "conversations.history": Method(3),
    "conversations.info": Method(3),
    "conversations.invite": Method(3, Repeat.ONCE, frozenset({"already_in_channel"})),
    "conversations.list": Method(2),
    "conversations.open": Method(3, Repeat.ONCE),
    "conversations.replies": Method(3),
    "conversations.setTopic": Method(2, Repeat.ONCE),
    "chat.delete": Method(3, Repeat.ONCE),
    "chat.postMessage": Method(None, Repeat.NEVER, check=SEEN_IN_HISTORY),
    "chat.update": Method(3, Repeat.ONCE),
    "reactions.add": Method(3, Repeat.ONCE, frozenset({"already_reacted"})),
    "reactions.remove": Method(2, Repeat.ONCE, frozenset({"no_reaction"})),
    "search.messages": Method(2),
    "usergroups.list": Method(2),
    "users.conversations": Method(3),
    "users.info": Method(4),
    "users.list": Method(2),
    "users.lookupByEmail": Method(3),
}


def rate_limits(pace: float, posts_per_second: float) -> dict[str, RateLimit]:
    """A lane for each method that has a tier, and one for the posts of each channel, evenly spaced."""
    rate_limits = {
        name: RateLimit(TIER_PER_MINUTE[method.tier] * pace, 60.0) for name, method in METHODS.items() if method.tier
    }
    return {**rate_limits, POSTS: RateLimit(posts_per_second, SPACED, burst=False)}
