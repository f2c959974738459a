"""The meaning of one error word of Slack, and remedies that several words share."""

from typing import NamedTuple

from mcp_chassis.failures import Effect, Failure


class Meaning(NamedTuple):
    """Failure class, sentence, remedy and effect of the attempt.

    The remedy is the class's own when None, and that repeating does not help when empty.
    """

    failure: type[Failure]
    message: str
    remedy: str | None = None
    effect: Effect = Effect.SETTLED


ASK_OPERATOR = "Ask the person who runs this server; do not retry."
ASK_ADMIN = "Only an administrator of the workspace can change that; do not retry."
CHECK_TS = "Use the ts that another tool returned."
FIND_CHANNEL = "Find it with list_channels; a private channel shows only after the app is invited."
FIND_USER = "Find the person with find_users."
INVITE_APP = "Ask a member to invite the app to the channel."
REPORT = "The fault is in this server: tell the person who runs it; do not retry."
WAIT = "Wait before the next call."
