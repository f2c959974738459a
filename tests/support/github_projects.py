"""Projects of the scripted GitHub, which only its GraphQL API has: fields, items, filters and changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from github_world import Issue, Repository, User, World, stamp
from graphql import GraphQLError

QUERY_ARGUMENT = 'query: String = ""'
"""The argument of `ProjectV2.items` that GitHub's API has, and the schema that it publishes does not have yet."""
_ITEMS = re.compile(r"(?s)(\ntype ProjectV2 implements .*?\n  items\()(.*?\n  \):)")
_TERM = re.compile(r'(-?)([\w-]+):(?:"([^"]*)"|(\S+))')


def with_item_query(schema: str) -> str:
    """The text of the schema with the filter of a project's items, if it is missing."""

    def completed(found: re.Match[str]) -> str:
        begin, arguments = found.groups()
        return f"{begin}{'' if ' query:' in arguments else QUERY_ARGUMENT}{arguments}"

    return _ITEMS.sub(completed, schema, count=1)


@dataclass
class ProjectField:
    """A field; `options` are the names of a single-select's options, `iterations` titles and start dates."""

    name: str
    kind: str
    options: list[str] = field(default_factory=list[str])
    iterations: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    completed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def id(self) -> str:
        return f"PVTF_{self.name}"


@dataclass
class Item:
    """An item: an issue or pull request of a repository, or a draft; `hidden` as for a token that cannot read it."""

    id: str
    repository: Repository | None = None
    issue: Issue | None = None
    draft: str = ""
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    archived: bool = False
    hidden: bool = False


@dataclass
class Project:
    owner: User
    number: int
    title: str
    fields: list[ProjectField] = field(default_factory=list[ProjectField])
    items: list[Item] = field(default_factory=list[Item])
    closed: bool = False

    @property
    def id(self) -> str:
        return f"PVT_{self.owner.login}_{self.number}"


class ProjectMissing(Exception):
    """GitHub's error for a project, item or account that does not exist or is hidden."""

    type = "NOT_FOUND"


class Refused(Exception):
    """GitHub's error for a change that it does not make."""

    type = "UNPROCESSABLE"


def query_fields(world: World) -> dict[str, Any]:
    def repository_owner(info: Any, login: str, **_: Any) -> dict[str, Any] | None:
        user = world.users.get(login.lower())
        return None if user is None else _owner(world, user)

    return {"repositoryOwner": repository_owner}


def item_node(world: World, id: str) -> dict[str, Any] | None:
    return next((_item(each, item) for each in world.projects for item in each.items if item.id == id), None)


def content_fields(world: World, repo: Repository, issue: Issue) -> dict[str, Any]:
    """The fields of an issue or pull request that are about projects, and its id and repository."""

    def items(info: Any, first: int, **_: Any) -> dict[str, Any]:
        found = [_item(each, item) for each in world.projects for item in each.items if item.issue is issue]
        return {"nodes": found[:first], "totalCount": len(found)}

    place = {"nameWithOwner": repo.full_name}
    return {"id": f"I_{issue.id}", "repository": place, "projectItems": items}


def mutations(world: World) -> dict[str, Any]:
    def project_with(id: str) -> Project:
        found = next((each for each in world.projects if each.id == id), None)
        if found is None:
            raise ProjectMissing(f"Could not resolve to a node with the global id of '{id}'.")
        return found

    def found_item(input: dict[str, Any]) -> tuple[Project, Item, ProjectField]:
        project = project_with(input["projectId"])
        item = next(each for each in project.items if each.id == input["itemId"])
        if item.archived:
            raise Refused("The item is archived and cannot be updated")
        return project, item, next(each for each in project.fields if each.id == input["fieldId"])

    def add(info: Any, input: dict[str, Any]) -> dict[str, Any]:
        project = project_with(input["projectId"])
        repo, issue = next(pair for pair in _issues(world) if f"I_{pair[1].id}" == input["contentId"])
        item = next((each for each in project.items if each.issue is issue), None)
        if item is None:
            item = Item(f"PVTI_{next(world.ids)}", repo, issue)
            project.items.append(item)
        return {"item": _item(project, item)}

    def update(info: Any, input: dict[str, Any]) -> dict[str, Any]:
        project, item, changed = found_item(input)
        item.values[changed.name] = _stored(changed, input["value"])
        return {"projectV2Item": _item(project, item)}

    def clear(info: Any, input: dict[str, Any]) -> dict[str, Any]:
        project, item, changed = found_item(input)
        item.values.pop(changed.name, None)
        return {"projectV2Item": _item(project, item)}

    return {
        "addProjectV2ItemById": add,
        "updateProjectV2ItemFieldValue": update,
        "clearProjectV2ItemFieldValue": clear,
    }


def _issues(world: World) -> Iterator[tuple[Repository, Issue]]:
    yield from ((repo, issue) for repo in world.repositories.values() for issue in repo.issues.values())


def _stored(changed: ProjectField, value: dict[str, Any]) -> Any:
    if changed.kind == "SINGLE_SELECT":
        return changed.options[int(value["singleSelectOptionId"])]
    if changed.kind == "ITERATION":
        return next(
            title for title, start in (*changed.iterations, *changed.completed) if start == value["iterationId"]
        )
    return value[changed.kind.lower()]


def _owner(world: World, user: User) -> dict[str, Any]:
    own = [each for each in world.projects if each.owner is user]

    def project(info: Any, number: int) -> dict[str, Any]:
        found = next((each for each in own if each.number == number), None)
        if found is None:
            raise ProjectMissing(f"Could not resolve to a ProjectV2 with the number {number}.")
        return _project(found)

    def projects(info: Any, first: int, after: str | None = None, query: str | None = None, **_: Any) -> dict[str, Any]:
        found = [each for each in own if not query or query.lower() in each.title.lower()]
        return _page([_project(each) for each in found], first, after)

    kind = "Organization" if user.type == "Organization" else "User"
    return {"__typename": kind, "login": user.login, "projectV2": project, "projectsV2": projects}


def _project(project: Project) -> dict[str, Any]:
    def items(info: Any, first: int, after: str | None = None, query: str = "", **_: Any) -> dict[str, Any]:
        found = [each for each in project.items if _matches(each, query)]
        return _page([_item(project, each) for each in found], first, after)

    return {
        "id": project.id,
        "number": project.number,
        "title": project.title,
        "url": f"https://github.com/users/{project.owner.login}/projects/{project.number}",
        "closed": project.closed,
        "public": True,
        "updatedAt": stamp(2.0),
        "fields": {"totalCount": len(project.fields), "nodes": [_field(each) for each in project.fields]},
        "items": items,
    }


def _matches(item: Item, query: str) -> bool:
    """The part of GitHub's filter that the tests use: terms of a field and a value, and `is:open` or `is:closed`."""
    for negated, name, quoted, plain in _TERM.findall(query):
        value = (quoted or plain).lower()
        if name == "is":
            holds = item.issue is not None and item.issue.state == value
        else:
            holds = str({key.lower(): each for key, each in item.values.items()}.get(name.lower())).lower() == value
        if holds == bool(negated):
            return False
    return True


def _page(nodes: list[dict[str, Any]], first: int, after: str | None) -> dict[str, Any]:
    if first > 100:
        raise GraphQLError("Requesting more than 100 records on the connection exceeds the limit.")
    start = int(after or 0)
    more = start + first < len(nodes)
    info = {"hasNextPage": more, "hasPreviousPage": start > 0, "endCursor": str(start + first)}
    return {"totalCount": len(nodes), "pageInfo": info, "nodes": nodes[start : start + first]}


def _field(one: ProjectField) -> dict[str, Any]:
    kinds = {"SINGLE_SELECT": "ProjectV2SingleSelectField", "ITERATION": "ProjectV2IterationField"}
    options = [{"id": str(index), "name": name} for index, name in enumerate(one.options)]
    running, over = ([_iteration(*each) for each in found] for found in (one.iterations, one.completed))
    facts = {"id": one.id, "name": one.name, "dataType": one.kind, "options": options}
    configuration = {"iterations": running, "completedIterations": over}
    return {"__typename": kinds.get(one.kind, "ProjectV2Field"), **facts, "configuration": configuration}


def _iteration(title: str, start: str) -> dict[str, Any]:
    return {"id": start, "title": title, "startDate": start}


def _item(project: Project, item: Item) -> dict[str, Any]:
    def field_values(info: Any, first: int, **_: Any) -> dict[str, Any]:
        every = [_value(each, item) for each in project.fields if each.name in item.values]
        title = {"__typename": "ProjectV2ItemFieldTextValue", "text": _title(item), "field": _TITLE}
        return {"totalCount": len(every) + 1, "nodes": [title, *every][:first]}

    def value_by_name(info: Any, name: str) -> dict[str, Any] | None:
        found = next((each for each in project.fields if each.name == name and name in item.values), None)
        return None if found is None else _value(found, item)

    kind = "DRAFT_ISSUE" if item.issue is None else "PULL_REQUEST" if item.issue.pull else "ISSUE"
    return {
        "__typename": "ProjectV2Item",
        "id": item.id,
        "type": "REDACTED" if item.hidden else kind,
        "isArchived": item.archived,
        "project": {"id": project.id},
        "content": None if item.hidden else _content(item),
        "fieldValues": field_values,
        "fieldValueByName": value_by_name,
    }


_TITLE = {"__typename": "ProjectV2Field", "name": "Title", "dataType": "TITLE"}


def _title(item: Item) -> str:
    return item.issue.title if item.issue else item.draft


def _value(one: ProjectField, item: Item) -> dict[str, Any]:
    value, facts = item.values[one.name], {"field": _field(one)}
    if one.kind == "SINGLE_SELECT":
        kind, option = "ProjectV2ItemFieldSingleSelectValue", str(one.options.index(value))
        return {"__typename": kind, "name": value, "optionId": option, **facts}
    if one.kind == "ITERATION":
        start = next(start for title, start in (*one.iterations, *one.completed) if title == value)
        return {"__typename": "ProjectV2ItemFieldIterationValue", "title": value, "iterationId": start, **facts}
    return {"__typename": f"ProjectV2ItemField{one.kind.capitalize()}Value", one.kind.lower(): value, **facts}


def _content(item: Item) -> dict[str, Any]:
    if item.issue is None or item.repository is None:
        return {"__typename": "DraftIssue", "title": item.draft, "creator": None, "assignees": _list([])}
    issue, repo = item.issue, item.repository
    author = None if issue.user is None else {"__typename": issue.user.type, "login": issue.user.login}
    merged = issue.pull is not None and issue.pull.merged_at is not None
    return {
        "__typename": "PullRequest" if issue.pull else "Issue",
        "number": issue.number,
        "title": issue.title,
        "state": "MERGED" if merged else issue.state.upper(),
        "isDraft": issue.pull is not None and issue.pull.draft,
        "author": author,
        "authorAssociation": repo.associations.get(issue.user.login if issue.user else "", "CONTRIBUTOR"),
        "repository": {"nameWithOwner": repo.full_name},
        "assignees": _list([{"login": each.login} for each in issue.assignees]),
        "labels": _list([{"name": each} for each in issue.labels]),
        "milestone": {"title": issue.milestone} if issue.milestone else None,
    }


def _list(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"totalCount": len(nodes), "nodes": nodes[:20]}
