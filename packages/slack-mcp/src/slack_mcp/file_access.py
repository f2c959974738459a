"""Access rules for files: a file may be read where it is shared into a conversation that may be read."""

from mcp_chassis.failures import Failure, PermissionDenied

from slack_mcp.connection import Workspace
from slack_mcp.records.files import FileRecord


async def check_file(file: FileRecord, slack: Workspace) -> None:
    """Refuse a file that is shared in no conversation which this server may read.

    Raises:
        PermissionDenied: naming the reason.
    """
    if slack.access.everything:
        return
    for identity in (*file.channels, *file.groups, *file.ims):
        try:
            await slack.channels.resolve(identity)
        except Failure:
            continue
        return
    raise PermissionDenied(
        "The file is shared in no conversation that this server may read.",
        remedy="SLACK_ALLOWED_CHANNELS and SLACK_ALLOW_DMS set that; only the person who runs the server can.",
    )
