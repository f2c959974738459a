"""Rate limit of `conversations.history` for apps outside Slack's Marketplace: one call a minute, 15 messages each."""

MESSAGES_PER_READ = 15
NOTICE = (
    "Slack limits this app to one call of its message history a minute, with 15 messages a call, "
    "since the app is distributed outside Slack's Marketplace."
)


class HistoryRateLimit:
    """Whether the limit applies, inferred from page sizes: 15 messages suggest it, a larger page disproves it."""

    def __init__(self) -> None:
        self.known = False

    def page_read(self, wanted: int, received: int, *, more: bool) -> None:
        """Update from one page: the limit applies if more than 15 were requested, exactly 15 came and more exist."""
        if received > MESSAGES_PER_READ:
            self.known = False
        elif wanted > MESSAGES_PER_READ and received == MESSAGES_PER_READ and more:
            self.known = True

    @property
    def notices(self) -> list[str]:
        return [NOTICE] if self.known else []
