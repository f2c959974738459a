"""The limit of `conversations.history` for apps that are sold outside Slack's Marketplace: 1 a minute, 15 messages."""

import time
from collections import deque
from collections.abc import Callable

OBJECTS = 15
# With our own pace at 50 a minute, a limit met after fewer than this is not the usual one.
FEW = 10
NOTICE = (
    "Slack limits this app to one read of history a minute and 15 messages a read, "
    "as it does apps distributed outside its Marketplace."
)


class HistoryLimit:
    """Whether this app is under the limit, as far as answers have shown; `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.known = False
        self._clock = clock
        self._asked: deque[float] = deque(maxlen=FEW)

    def asked(self) -> None:
        self._asked.append(self._clock())

    def answered(self, wanted: int, got: int, *, more: bool) -> None:
        """A page came: exactly fifteen of more, where more were wanted, is the limit."""
        if wanted > OBJECTS and got == OBJECTS and more:
            self.known = True

    def refused(self) -> None:
        """A limit was met."""
        recent = [moment for moment in self._asked if moment > self._clock() - 60]
        self.known = self.known or len(recent) < FEW

    @property
    def notices(self) -> list[str]:
        return [NOTICE] if self.known else []
