"""Failure class, message and remedy of one error code of Slack; remedies that several error codes share."""

from typing import NamedTuple

from mcp_chassis.failures import Effect, Failure


class Meaning(NamedTuple):
    """Failure class, message, remedy and effect of one error code of Slack.

    A remedy of None stands for the default remedy of the failure class; an empty one for `NO_RETRY`.
    """

    failure: type[Failure]
    message: str
    remedy: str | None = None
    effect: Effect = Effect.SETTLED


ASK_OPERATOR = "Ask the person who runs this server; do not retry."
ASK_ADMIN = "Ask an administrator of the workspace to allow it; do not retry."
CHECK_TS = "Use a ts that another tool returned for this channel."
FIND_CHANNEL = "Find it with list_channels; a private channel is listed only after the app was invited."
FIND_USER = "Find the person with find_users."
INVITE_APP = "Ask a member to invite the app to the channel."
REPORT = "This is a bug of this server: report it to the person who runs the server; do not retry."
WAIT = "Wait some seconds before the next call."
