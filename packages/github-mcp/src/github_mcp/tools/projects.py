"""Tools for projects: listing an account's projects and a project's items, setting a field of an item."""

from typing import Annotated

from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, reads, writes
from pydantic import BeforeValidator, Field

from github_mcp.models.projects import ProjectFieldChange, ProjectPage, project_facts, project_row
from github_mcp.project_changes import set_field
from github_mcp.project_items import item_rows
from github_mcp.tools.parameters import GitHub, MaxResults, Owner, PullNumber


def _number_as_text(value: object) -> object:
    """A number as text, since models send the value of a number field as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


ProjectQuery = Annotated[
    str | None, Field(max_length=500, description='GitHub\'s filter: status:"In Progress" is:open.'), EMPTY_IS_ABSENT
]
FieldValue = Annotated[
    str | None,
    BeforeValidator(_number_as_text),
    Field(max_length=1024, description="Option, iteration, number, date or text; empty clears."),
]
ProjectNumber = Annotated[int, Field(ge=1, le=999_999_999, description="In the project's URL.")]


@reads("List a project's items")
async def list_project_items(
    owner: Owner,
    github: GitHub,
    project: PullNumber | None = None,
    query: ProjectQuery = None,
    max_results: MaxResults = 30,
    cursor: Cursor = None,
) -> ProjectPage:
    """List the items of a project of a user or organisation with their fields; without project, the projects."""
    if project is None:
        return github.with_notices(await _projects(github, owner, query, max_results, cursor))
    page = await github.projects.items(owner, project, max_results, cursor, query, with_fields=cursor is None)
    found = ProjectPage.of(
        await item_rows(github, owner, page.items.items),
        **project_facts(page.project),
        total=page.items.total if github.allowed.everything else None,
        **page.items.page_fields,
    )
    return github.with_notices(found)


async def _projects(github: GitHub, owner: str, query: str | None, size: int, cursor: str | None) -> ProjectPage:
    projects = await github.projects.page(owner, size, cursor, query)
    rows = [project_row(each, counts=github.allowed.everything) for each in projects.items]
    return ProjectPage.of(rows, total=projects.total, **projects.page_fields)


@writes("Set a field in a project", destructive=True, idempotent=True)
async def set_project_field(
    owner: Owner,
    project: ProjectNumber,
    item: Annotated[str, Field(min_length=1, max_length=300, description="owner/repo#12, its URL, or an item_id.")],
    github: GitHub,
    field: Annotated[str | None, Field(max_length=250), EMPTY_IS_ABSENT] = None,
    value: FieldValue = None,
    add: Annotated[bool, Field(description="Add the issue to the project if needed.")] = False,
) -> ProjectFieldChange:
    """Set a field, such as Status, of an issue, pull request or draft in a project."""
    return github.with_notices(await set_field(github, owner, project, item, field, value, add=add))
