"""Access rules for files: a file may be read if a conversation that it is shared in may be read."""

from mcp_chassis.failures import Failure, PermissionDenied

from slack_mcp.connection import Workspace
from slack_mcp.records.files import FileRecord


async def check_file(file: FileRecord, slack: Workspace, *, write: bool = False) -> None:
    """Check that a conversation in which the file is shared may be read, or with `write` written.

    Raises:
        PermissionDenied: when there is none; the message gives the reason.
    """
    if slack.access.unrestricted:
        return
    for identity in (*file.channels, *file.groups, *file.ims):
        try:
            await slack.channels.resolve(identity, write=write)
        except Failure:
            continue
        return
    raise PermissionDenied(
        f"The file is not shared in any conversation that this server may {'write' if write else 'read'}.",
        remedy="Only the person who runs this server can allow more, with SLACK_ALLOWED_CHANNELS and SLACK_ALLOW_DMS.",
    )


async def check_sender(file: FileRecord, slack: Workspace) -> None:
    """Under lockdown, raise `PermissionDenied` for a file of a person who is external or unknown."""
    if not slack.locked:
        return
    await slack.people.names([file.user])
    if slack.people.standings.get(file.user, "external") == "external":
        raise PermissionDenied(
            "The file's owner is outside the workspace, and this server withholds such files (lockdown).",
            remedy="Only the person who runs this server can show the file, with SLACK_LOCKDOWN=false.",
        )
