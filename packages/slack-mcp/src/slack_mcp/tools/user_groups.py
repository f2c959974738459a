"""Tools that list user groups and their members."""

import re
from typing import Annotated

from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.tools import EMPTY_IS_ABSENT, reads
from pydantic import Field

from slack_mcp.connection import Slack, Workspace
from slack_mcp.models import MemberList, UserGroup, UserGroupList
from slack_mcp.records.users import UserGroupRecord
from slack_mcp.references import folded
from slack_mcp.rendering.mrkdwn import unescaped
from slack_mcp.tools.members import described

GROUP_MENTION = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
GroupQuery = Annotated[str | None, Field(max_length=200, description="Part of handle or name."), EMPTY_IS_ABSENT]


@reads("List user groups")
async def list_user_groups(slack: Slack, query: GroupQuery = None) -> UserGroupList:
    """List user groups by handle or name."""
    wanted = folded((query or "").lstrip("@"))
    found = [group for group in await slack.api.users.groups() if any(wanted in name for name in _names(group))]
    return UserGroupList(
        groups=[
            UserGroup(id=group.id, handle=group.handle, name=unescaped(group.name), members=group.user_count)
            for group in found
        ]
    )


@reads("List a user group's members")
async def list_group_members(
    group: Annotated[str, Field(min_length=1, max_length=200, description="@handle, name or id.")], slack: Slack
) -> MemberList:
    """List who is in a user group."""
    return await described(await slack.api.users.group_members((await _group(group, slack)).id), slack)


async def _group(given: str, slack: Workspace) -> UserGroupRecord:
    """Find a user group by id, mention or handle, or by a name that only one group has."""
    mention = GROUP_MENTION.fullmatch(given.strip())
    wanted = mention[1] if mention else given.strip().lstrip("@")
    groups = [group for group in await slack.api.users.groups() if group.id]
    for group in groups:
        if group.id == wanted.upper() or folded(group.handle) == folded(wanted):
            return group
    found = [group for group in groups if folded(wanted) in _names(group)]
    if len(found) > 1:
        raise InvalidInput(
            f"{len(found)} user groups are named {given!r}.",
            remedy="Give the handle of one of them; list_user_groups shows the handles.",
            details={"candidates": [f"@{group.handle} {group.id}" for group in found]},
        )
    if not found:
        raise NotFound(f"No user group is named {given!r}.", remedy="list_user_groups lists them.")
    return found[0]


def _names(group: UserGroupRecord) -> tuple[str, str]:
    return folded(group.handle), folded(unescaped(group.name))
