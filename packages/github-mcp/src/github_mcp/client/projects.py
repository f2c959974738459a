"""Requests for projects (the ones with items and fields, version 2): only the GraphQL API has them everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from mcp_chassis.failures import NotFound
from mcp_chassis.http.response import Response

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.client.graphql import GraphQL
from github_mcp.client.list_pages import ListPage
from github_mcp.client.project_queries import (
    ADD,
    CLEAR,
    ITEM_BY_ID,
    ITEM_OF_ISSUE,
    ITEMS,
    ITEMS_BY_QUERY,
    PROJECT,
    PROJECTS,
    SET,
)
from github_mcp.errors import Transferred
from github_mcp.records.projects import (
    ChangedItemRecord,
    ContentPlacesRecord,
    ItemChangeRecord,
    ItemHolderRecord,
    ItemPlaceRecord,
    ListInfoRecord,
    OwnerHolderRecord,
    ProjectEntryRecord,
    ProjectItemRecord,
    ProjectRecord,
)

Entry = TypeVar("Entry")

_AT = "data.repositoryOwner.projectV2"
_ITEMS_AT = f"{_AT}.items"
_PROJECTS_AT = "data.repositoryOwner.projectsV2"
_SAFE = "It may have happened; the same call can be made again safely."
_FIND_PROJECT = (
    "Find numbers with list_project_items without project. A fine-grained token or a GitHub App sees projects of "
    "organisations only."
)
_FIND_ITEM = "Take item_id from list_project_items, or name the issue as owner/repo#number."


@dataclass(frozen=True)
class ItemPage:
    """One page of a project's items, with the project."""

    project: ProjectRecord
    items: ListPage[ProjectItemRecord]


class Projects:
    """Requests for projects; the caller checks the repositories of the items against the allow-list.

    A request for the projects of an owner is refused if no repository of this owner is on the allow-list.
    """

    def __init__(self, graphql: GraphQL, allowed: AllowedRepositories) -> None:
        self._graphql = graphql
        self._allowed = allowed

    async def page(
        self, owner: str, size: int, position: str | None, query: str | None
    ) -> ListPage[ProjectEntryRecord]:
        """One page of an owner's projects, those with the newest activity first."""
        answer = await self._ask(owner, PROJECTS, {"first": size, "after": position, "query": query or ""})
        operation = "list the projects"
        found = answer.records(ProjectEntryRecord, operation=operation, at=f"{_PROJECTS_AT}.nodes", noun="projects")
        return _page_of(answer, found.items, _PROJECTS_AT, operation)

    async def items(
        self, owner: str, number: int, size: int, position: str | None, query: str | None, *, with_fields: bool
    ) -> ItemPage:
        """One page of a project's items in the project's order, and the project with its fields if requested.

        Raises:
            NotFound: if the owner has no project with this number that the token can read.
            InvalidInput: if an Enterprise Server does not know projects, or no query for their items.
        """
        variables = {"number": number, "first": size, "after": position, "withFields": with_fields}
        text, variables = (ITEMS_BY_QUERY, {**variables, "query": query}) if query else (ITEMS, variables)
        answer, project = await self._project(owner, number, text, variables)
        operation = "list the project's items"
        found = answer.records(ProjectItemRecord, operation=operation, at=f"{_ITEMS_AT}.nodes", noun="items")
        return ItemPage(project, _page_of(answer, found.items, _ITEMS_AT, operation))

    async def get(self, owner: str, number: int) -> ProjectRecord:
        """Read a project with its fields; see `items` for the failures."""
        return (await self._project(owner, number, PROJECT, {"number": number}))[1]

    async def item_of_issue(
        self, project: ProjectRecord, owner: str, repo: str, number: int, field: str | None
    ) -> tuple[ContentPlacesRecord, ItemPlaceRecord | None]:
        """An issue or pull request, and its item in a project with the value of a field; None if it has none.

        Raises:
            Transferred: if the issue was moved to another repository.
        """
        self._allowed.check(f"{owner}/{repo}")
        variables = {"owner": owner, "repo": repo, "number": number, "field": field or "", "withField": bool(field)}
        answer = await self._graphql.query(owner, ITEM_OF_ISSUE, variables)
        where = "data.repository"
        asked = answer.record(ContentPlacesRecord, operation="find the issue", at=f"{where}.issueOrPullRequest")
        name = asked.repository.name_with_owner
        self._allowed.check(name)
        if asked.number != number:
            raise Transferred(f"{owner}/{repo}", number, name, asked.number)
        found = (each for each in asked.project_items.nodes if each.project.id == project.id)
        return asked, next(found, None)

    async def item(self, owner: str, project: ProjectRecord, item: str, field: str | None) -> ItemPlaceRecord:
        """An item of a project by its id, with the value of a field.

        Raises:
            NotFound: if there is no item with this id in the project.
        """
        variables = {"id": item, "field": field or "", "withField": bool(field)}
        missing = NotFound(f"Project {project.number} of {owner} has no item with this id.", remedy=_FIND_ITEM)
        try:
            answer = await self._graphql.query(owner, ITEM_BY_ID, variables)
        except NotFound as unknown:
            raise missing from unknown
        found = answer.record(ItemHolderRecord, operation="find the item", at="data").node
        if found is None or found.project.id != project.id:
            raise missing
        return found

    async def add(self, owner: str, project: ProjectRecord, content_id: str) -> ChangedItemRecord:
        """Add an issue or pull request to a project; if it is there already, GitHub returns its item."""
        return await self._change(owner, ADD, {"project": project.id, "content": content_id})

    async def set_value(
        self, owner: str, project: ProjectRecord, item: str, field_id: str, field: str, value: Mapping[str, object]
    ) -> ChangedItemRecord:
        """Set a field of an item to a value, or clear it if `value` is empty; return the item with its new value."""
        variables = {"project": project.id, "item": item, "field": field_id, "name": field}
        if not value:
            return await self._change(owner, CLEAR, variables)
        return await self._change(owner, SET, {**variables, "value": value})

    async def _project(
        self, owner: str, number: int, text: str, variables: Mapping[str, object]
    ) -> tuple[Response, ProjectRecord]:
        try:
            answer = await self._ask(owner, text, variables)
        except NotFound as missing:
            raise NotFound(
                f"{owner} has no project {number} that this token can read. {missing.reason}", remedy=_FIND_PROJECT
            ) from missing
        return answer, answer.record(ProjectRecord, operation="read the project", at=_AT)

    async def _ask(self, owner: str, text: str, variables: Mapping[str, object]) -> Response:
        """Send a query for the projects of an account.

        Raises:
            NotFound: if no user or organisation has this login.
        """
        self._allowed.check_owner(owner)
        answer = await self._graphql.query(owner, text, {"owner": owner, **variables})
        if answer.record(OwnerHolderRecord, operation="find the owner", at="data").repository_owner is None:
            raise NotFound(f"GitHub has no user or organisation called {owner}.", remedy="Check the name.")
        return answer

    async def _change(self, owner: str, text: str, variables: Mapping[str, object]) -> ChangedItemRecord:
        answer = await self._graphql.mutate(owner, text, variables, proof=ItemChangeRecord, check=_SAFE)
        return answer.record(ItemChangeRecord, operation="change the project").data.change.item


def _page_of(answer: Response, items: list[Entry], at: str, operation: str) -> ListPage[Entry]:
    info = answer.record(ListInfoRecord, operation=operation, at=at)
    following = info.page_info.end_cursor if info.page_info.has_next_page else None
    return ListPage(items, following, info.total_count)
