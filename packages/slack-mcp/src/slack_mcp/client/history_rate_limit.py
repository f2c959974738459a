"""The limit of `conversations.history` for apps distributed outside Slack's Marketplace: 15 messages a read."""

MESSAGES_PER_READ = 15
NOTICE = (
    "Slack limits this app to one read of history a minute and 15 messages a read, "
    "as it does apps distributed outside its Marketplace."
)


class HistoryRateLimit:
    """State of the limit as the pages of history show it: a larger page withdraws what a small one suggested."""

    def __init__(self) -> None:
        self.known = False

    def page_read(self, wanted: int, received: int, *, more: bool) -> None:
        """Learn from one page: exactly fifteen of more, where more were wanted, is the limit."""
        if received > MESSAGES_PER_READ:
            self.known = False
        elif wanted > MESSAGES_PER_READ and received == MESSAGES_PER_READ and more:
            self.known = True

    @property
    def notices(self) -> list[str]:
        return [NOTICE] if self.known else []
