"""Access rules for files: a file may be read where it is shared into a conversation that may be read."""

from mcp_chassis.failures import Failure, PermissionDenied

from slack_mcp.connection import Workspace
from slack_mcp.records.files import FileRecord


async def check_file(file: FileRecord, slack: Workspace, *, write: bool = False) -> None:
    """Refuse a file that is shared in no conversation which this server may read, or with `write` change.

    Raises:
        PermissionDenied: naming the reason.
    """
    if slack.access.everything:
        return
    for identity in (*file.channels, *file.groups, *file.ims):
        try:
            await slack.channels.resolve(identity, write=write)
        except Failure:
            continue
        return
    raise PermissionDenied(
        f"The file is shared in no conversation that this server may {'write' if write else 'read'}.",
        remedy="SLACK_ALLOWED_CHANNELS and SLACK_ALLOW_DMS set that; only the person who runs the server can.",
    )


async def check_sender(file: FileRecord, slack: Workspace) -> None:
    """Raises `PermissionDenied` under lockdown for a file of somebody from outside, or of nobody known."""
    if not slack.locked:
        return
    await slack.people.names([file.user])
    if slack.people.standings.get(file.user, "external") == "external":
        raise PermissionDenied(
            "The file is of somebody from outside, whose texts this server withholds (lockdown).",
            remedy="Only who runs the server can show it, with SLACK_LOCKDOWN=false.",
        )
