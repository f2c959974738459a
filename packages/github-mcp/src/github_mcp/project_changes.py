"""Setting a field of a project's item, which is found by its issue or its id and added to the project if requested."""

import re
from dataclasses import dataclass

from mcp_chassis.failures import Conflict, Failure, InvalidInput, NotFound, PermissionDenied

from github_mcp.client import GitHubClient
from github_mcp.issue_organization import IssuePlace, issue_place
from github_mcp.models.projects import DRAFT, ProjectFieldChange
from github_mcp.project_values import Value, field_called, is_set, value_for
from github_mcp.records.projects import FieldValueRecord, ItemPlaceRecord, ProjectFieldRecord, ProjectRecord

_ITEM_ID = re.compile(r"PVTI_[\w=-]{1,200}", re.ASCII)


@dataclass(frozen=True)
class Item:
    """An item of a project, with the present value of the field to change."""

    id: str
    value: FieldValueRecord | None = None
    added: bool = False


async def set_field(
    github: GitHubClient, owner: str, number: int, item: str, field_name: str | None, text: str | None, *, add: bool
) -> ProjectFieldChange:
    """Set a field of one item, clear it if `text` is empty, or only add the item if `field_name` is None.

    Raises:
        InvalidInput: for an unknown field, option or iteration, before anything is changed.
        NotFound: if the issue is not in the project and `add` is False.
        Conflict: if the item is archived, or GitHub's response shows another value.
    """
    if field_name is None and not add:
        raise InvalidInput("Give field and value, or add=true to add the issue to the project only.")
    if field_name is not None and text is None:
        raise InvalidInput("field requires value; an empty value clears the field.")
    place = _place(github, item.strip())
    project = await github.projects.get(owner, number)
    field = None if field_name is None else field_called(project, field_name)
    value: Value = {} if field is None else value_for(field, text or "")
    found = await _found(github, owner, project, place, field.name if field else None, add=add)
    if field is None or is_set(value, found.value):
        return _change(found, changed=found.added)
    return _change(await _set(github, owner, project, found, field, value), changed=True)


def _place(github: GitHubClient, item: str) -> IssuePlace | str:
    """The issue or pull request that an argument names, checked against the allow-list, or the id of an item."""
    if _ITEM_ID.fullmatch(item):
        return item
    if "/" not in item:
        raise InvalidInput("item must be owner/repo#number, the URL of an issue or pull request, or an item_id.")
    place = issue_place(item, "", "", argument="item")
    github.allowed.check(f"{place.owner}/{place.repo}")
    return place


async def _found(
    github: GitHubClient, owner: str, project: ProjectRecord, place: IssuePlace | str, field: str | None, *, add: bool
) -> Item:
    if isinstance(place, str):
        found = await github.projects.item(owner, project, place, field)
        _check_readable(github, owner, found)
        return _unarchived(found)
    content, found = await github.projects.item_of_issue(project, *place, field)
    if found is not None:
        return _unarchived(found)
    if not add:
        name = f"{place.owner}/{place.repo}#{place.number}"
        raise NotFound(f"{name} is not in project {project.number}.", remedy="Call again with add=true to add it.")
    return Item((await github.projects.add(owner, project, content.id)).id, added=True)


def _check_readable(github: GitHubClient, owner: str, place: ItemPlaceRecord) -> None:
    """Check the repository of an item that was found by its id against the allow-list.

    Raises:
        PermissionDenied: if it is not allowed, or cannot be read by this token.
    """
    if place.content is not None and place.content.full_name:
        github.allowed.check(place.content.full_name)
    elif place.type != DRAFT:
        raise PermissionDenied("This token cannot read the issue or pull request of this item.")
    elif not github.allowed.allows_every_repository_of(owner):
        raise PermissionDenied(
            "The item is a draft, which is in no repository of GITHUB_ALLOWED_REPOS.",
            remedy="Choose an issue or pull request of an allowed repository.",
        )


def _unarchived(place: ItemPlaceRecord) -> Item:
    if place.is_archived:
        raise Conflict(
            "The item is archived in the project, and GitHub changes no archived item.",
            remedy="Ask a person to restore it from the project's archive.",
        )
    return Item(place.id, place.value)


async def _set(
    github: GitHubClient, owner: str, project: ProjectRecord, item: Item, field: ProjectFieldRecord, value: Value
) -> Item:
    try:
        after = await github.projects.set_value(owner, project, item.id, field.id, field.name, value)
    except Failure as failure:
        if item.added:
            failure.message = f"The issue was added to the project, but its field was not set. {failure.message}"
        raise
    if not is_set(value, after.value):
        shown = after.value.shown if after.value else None
        raise Conflict(
            f"GitHub accepted the request, but the field {field.name} is {'empty' if shown is None else shown} now."
        )
    return Item(item.id, after.value, item.added)


def _change(item: Item, *, changed: bool) -> ProjectFieldChange:
    value = item.value.shown if item.value else None
    return ProjectFieldChange(item_id=item.id, changed=changed, added=item.added or None, value=value)
