"""GitHub's published GraphQL schema as judge and executor over every query of the scripted GitHub."""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import github_discussions
import github_projects
import github_suites
import graphql
from github_glance import at_a_glance
from github_issue_glance import ISSUE_TYPES, issue_at_a_glance
from github_world import Issue, Pull, Repository, Thread, World
from graphql import (
    DocumentNode,
    GraphQLSchema,
    build_schema,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

SCHEMA = Path("@octokit/graphql-schema/schema.graphql")
PATHS = ("/graphql", "/api/graphql")
"""The path below the REST API's address, and that of an Enterprise Server, whose REST API is `/api/v3`."""


class GraphQLDescription:
    """The schema, read when it is first needed."""

    def __init__(self, document: Path) -> None:
        self._document = document

    @cached_property
    def schema(self) -> GraphQLSchema:
        return build_schema(
            f"{github_projects.with_item_query(self._document.read_text())} {ISSUE_TYPES}", assume_valid=True
        )

    def faults(self, sent: Any) -> list[str]:
        """Whatever the schema does not allow in this query and its variables."""
        document = _parsed(sent["query"])
        errors = list(self._faults_of_query(sent["query"]))
        operation = get_operation_ast(document)
        if operation is None:
            return [*map(str, errors), "no operation"]
        declared = {each.variable.name.value for each in operation.variable_definitions or ()}
        variables = get_variable_values(self.schema, operation.variable_definitions or (), sent["variables"])
        errors += variables if isinstance(variables, list) else []
        unknown = sorted(set(sent["variables"]) - declared)
        return [*(error.message for error in errors), *(f"unknown variable {name}" for name in unknown)]

    @lru_cache(maxsize=256)  # noqa: B019 - one description a session
    def _faults_of_query(self, query: str) -> list[graphql.GraphQLError]:
        return validate(self.schema, _parsed(query))

    def answer(self, sent: Any, root: dict[str, Any]) -> dict[str, Any]:
        """What the schema makes of the state; an answer of another type is an error."""
        untyped: Any = graphql
        document, variables = _parsed(sent["query"]), sent["variables"]
        result = untyped.execute_sync(self.schema, document, root, variable_values=variables)
        errors = [
            {**each.formatted, "type": getattr(each.original_error, "type", None)} for each in result.errors or ()
        ]
        return {"data": result.data} | ({"errors": errors} if errors else {})


@lru_cache(maxsize=256)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


class NotThere(Exception):
    """GitHub's error for a repository that there is not, or that the caller may not see."""

    type = "NOT_FOUND"

    def __init__(self, full_name: str) -> None:
        super().__init__(f"Could not resolve to a Repository with the name '{full_name}'.")


class FieldRefused(Exception):
    """GitHub's error for one field; as the value of the field it is that of the answer."""

    def __init__(self, type: str | None, message: str = "Refused.") -> None:
        super().__init__(message)
        self.type = type


Parts = dict[str, dict[str, Any] | FieldRefused | None]
"""What GraphQL tells in place of the facts, by repository or issue (`owner/name#1`) and field."""


def root_of(world: World, login: str | None, parts: Parts | None = None) -> dict[str, Any]:
    """The queries and mutations that are scripted."""
    changed_parts = parts or {}

    def repository(info: Any, owner: str, name: str, **_: Any) -> dict[str, Any] | None:
        full_name = f"{owner}/{name}"
        renamed = world.renamed.get(full_name.lower())
        found = next((each for each in world.repositories.values() if each.id == renamed), None)
        found = found or world.repositories.get(full_name.lower())
        if found is None or not world.visible(found, login):
            raise NotThere(full_name)
        facts = {**_repository(world, found, changed_parts), **at_a_glance(found)}
        return _in_part(facts, changed_parts.get(found.full_name, {}))

    def node(info: Any, id: str) -> dict[str, Any] | None:
        thread = next((_thread(world, repo, each) for repo, each in _threads(world) if each.id == id), None)
        return thread or github_projects.item_node(world, id)

    def changed(resolved: bool) -> Any:
        def change(info: Any, input: dict[str, Any]) -> dict[str, Any]:
            repo, thread = next(pair for pair in _threads(world) if pair[1].id == input["threadId"])
            thread.resolved = resolved
            return {"thread": _thread(world, repo, thread)}

        return change

    def pull_with(id: str) -> tuple[Repository, Issue, Pull]:
        return next(each for each in _pulls(world) if f"PR_{each[1].id}" == id)

    def pull_changed(**change: Any) -> Any:
        def make(info: Any, input: dict[str, Any]) -> dict[str, Any]:
            repo, issue, pull = pull_with(input["pullRequestId"])
            for name, value in change.items():
                setattr(pull, name, value(input) if callable(value) else value)
            return {"pullRequest": _pull(world, repo, issue, pull)}

        return make

    mutations: dict[str, Any] = {
        "markPullRequestReadyForReview": pull_changed(draft=False),
        "convertPullRequestToDraft": pull_changed(draft=True),
        "enablePullRequestAutoMerge": pull_changed(auto_merge=lambda sent: sent["mergeMethod"]),
        "disablePullRequestAutoMerge": pull_changed(auto_merge=None),
    }
    mutations |= {"resolveReviewThread": changed(True), "unresolveReviewThread": changed(False)}
    mutations |= github_discussions.mutations(world, login)
    mutations |= github_projects.mutations(world) | github_suites.queue_mutations(world, pull_with)
    return {"repository": repository, "node": node, **github_projects.query_fields(world), **mutations}


def _pulls(world: World) -> list[tuple[Repository, Issue, Pull]]:
    every = [(repo, issue) for repo in world.repositories.values() for issue in repo.issues.values()]
    return [(repo, issue, issue.pull) for repo, issue in every if issue.pull]


def _threads(world: World) -> list[tuple[Repository, Thread]]:
    pulls = [(repo, issue.pull) for repo in world.repositories.values() for issue in repo.issues.values() if issue.pull]
    return [(repo, thread) for repo, pull in pulls for thread in pull.threads]


def _in_part(facts: dict[str, Any], part: dict[str, Any] | FieldRefused | None) -> Any:
    return {**facts, **part} if isinstance(part, dict) else part


def _repository(world: World, repo: Repository, parts: Parts) -> dict[str, Any]:
    def pull_request(info: Any, number: int) -> dict[str, Any] | None:
        issue = repo.issues.get(number)
        return None if issue is None or issue.pull is None else _pull(world, repo, issue, issue.pull)

    def issue_or_pull_request(info: Any, number: int) -> Any:
        name = f"{repo.full_name}#{number}"
        if number not in repo.issues:
            raise NotThere(name)
        issue = repo.issues[number]
        facts = {**issue_at_a_glance(repo, issue), **github_projects.content_fields(world, repo, issue)}
        return _in_part(facts, parts.get(name, {}))

    facts = {
        "nameWithOwner": repo.full_name,
        "pullRequest": pull_request,
        "issueOrPullRequest": issue_or_pull_request,
    }
    return {**facts, **github_discussions.of_repository(repo)}


def _pull(world: World, repo: Repository, issue: Issue, pull: Pull) -> dict[str, Any]:
    def review_threads(info: Any, last: int, before: str | None = None) -> dict[str, Any]:
        end = len(pull.threads) if before is None else int(before)
        start = max(0, end - last)
        page = {"hasPreviousPage": start > 0, "startCursor": str(start), "hasNextPage": False}
        return {"pageInfo": page, "nodes": [_thread(world, repo, each) for each in pull.threads[start:end]]}

    auto_merge = None if pull.auto_merge is None else {"mergeMethod": pull.auto_merge}
    facts = {"number": issue.number, "isDraft": pull.draft, "autoMergeRequest": auto_merge}
    return {**facts, **github_suites.queue_fields(repo, issue), "reviewThreads": review_threads}


def _thread(world: World, repo: Repository, thread: Thread) -> dict[str, Any]:
    return {
        "__typename": "PullRequestReviewThread",
        "id": thread.id,
        "isResolved": thread.resolved,
        "repository": _repository(world, repo, {}),
        "comments": {"nodes": [{"databaseId": each.id} for each in thread.comments[:1]]},
    }
