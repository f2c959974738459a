"""Changes of a channel in several requests; a failure lists the steps that were completed before it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mcp_chassis.fan_out import Stages

from slack_mcp.client.conversations import Conversations
from slack_mcp.connection import Workspace

Action = Literal["join", "leave", "archive"]
Step = tuple[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True)
class ChannelChange:
    """Requested changes of one channel; empty fields are left unchanged. People are given by user id."""

    name: str = ""
    topic: str = ""
    purpose: str = ""
    invited: Sequence[str] = ()
    removed: Sequence[str] = ()
    action: Action | None = None

    async def apply(self, channel: str, slack: Workspace) -> list[str]:
        """Apply the changes and return the names of the completed steps.

        Raises:
            Failure: of the first failed step, with the completed steps in its details.
        """
        steps = list(self._steps(channel, slack.api.conversations))
        stages = Stages(len(steps))
        try:
            for name, step in steps:
                async with stages.stage(name):
                    await step()
        finally:
            slack.channels.forget()
            slack.guests.forget()
        return stages.completed

    def _steps(self, channel: str, api: Conversations) -> Iterator[Step]:
        """The requests in order: joining first, leaving or archiving last, since the others need a member."""
        if self.action == "join":
            yield "join", lambda: api.join(channel)
        if self.name:
            yield "rename", lambda: api.rename(channel, self.name)
        if self.topic:
            yield "set the topic", lambda: api.set_topic(channel, self.topic)
        if self.purpose:
            yield "set the purpose", lambda: api.set_purpose(channel, self.purpose)
        if self.invited:
            yield "invite", lambda: api.invite(channel, self.invited)
        for user in self.removed:
            yield f"remove {user}", lambda user=user: api.remove(channel, user)
        if self.action == "leave":
            yield "leave", lambda: api.leave(channel)
        if self.action == "archive":
            yield "archive", lambda: api.archive(channel)
