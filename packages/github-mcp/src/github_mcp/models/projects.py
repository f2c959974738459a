"""Results about projects: a table of projects or of one project's items, and a changed field."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.results import Result
from mcp_chassis.text_marks import OutsideJson, OutsideText, OutsideTexts

from github_mcp.authors import association
from github_mcp.client.list_pages import named
from github_mcp.models.tables import Cell, Table
from github_mcp.records.accounts import login
from github_mcp.records.projects import (
    ItemContentRecord,
    ProjectEntryRecord,
    ProjectFieldRecord,
    ProjectItemRecord,
    ProjectRecord,
)

ISSUE, PULL_REQUEST, DRAFT = "ISSUE", "PULL_REQUEST", "DRAFT_ISSUE"
KINDS: Mapping[str, str] = {ISSUE: "issue", PULL_REQUEST: "pull request", DRAFT: "draft"}
SINGLE_SELECT, ITERATION = "SINGLE_SELECT", "ITERATION"
SETTABLE = (SINGLE_SELECT, ITERATION, "NUMBER", "DATE", "TEXT")
"""Kinds of fields that belong to the project; the others show what the issue or pull request itself has."""


class ProjectPage(Table):
    """An owner's projects, or a project's items; a field of the project is a column with the field's name.

    `fields` are the project's own fields with their options, on the first page of items.
    """

    def is_trusted(self) -> bool:
        """Whether all authors of issues and pull requests are owners, members or collaborators."""
        return "association" not in self.columns

    project: OutsideText | None = None
    closed: bool | None = None
    url: str | None = None
    fields: OutsideTexts | None = None
    total: int | None = None


class ProjectFieldChange(Result):
    """Result of set_project_field: `value` is the field's value after the call, `added` whether the item is new."""

    item_id: str
    changed: bool
    added: bool | None = None
    value: OutsideJson | None = None
    warnings: list[str] | None = None


def project_row(project: ProjectEntryRecord, *, counts: bool) -> dict[str, Cell]:
    return {
        "number": project.number,
        "title": project.title,
        "closed": project.closed,
        "public": project.public,
        "items": project.items.total_count if counts else None,
        "updated_at": project.updated_at,
    }


def project_facts(project: ProjectRecord) -> dict[str, Any]:
    """The fields of a result about the project itself; its own fields are texts such as `Status: Todo, Done`."""
    own = [each for each in project.fields.nodes if each.data_type in SETTABLE]
    return {
        "project": project.title,
        "closed": project.closed or None,
        "url": project.url or None,
        "fields": [f"{each.name}: {_kind_of(each)}" for each in own] or None,
    }


def _kind_of(field: ProjectFieldRecord) -> str:
    if field.data_type == SINGLE_SELECT:
        return named([option.name for option in field.options])
    if field.data_type == ITERATION:
        return named([f"{each.title} (from {each.start_date})" for each in field.configuration.iterations])
    return field.data_type.lower()


def item_row(item: ProjectItemRecord, content: ItemContentRecord) -> dict[str, Cell]:
    """The cells of an item apart from the project's fields; `item_id` only for a draft, which has no number."""
    return {
        "repository": content.full_name or None,
        "number": content.number,
        "type": KINDS.get(item.type, item.type.lower()),
        "title": content.title,
        "state": _state(content),
        "association": association(content) if content.repository else None,
        "assignees": [login(each) for each in content.assignees.nodes],
        "labels": _labels(content),
        "milestone": content.milestone.title if content.milestone else None,
        "item_id": item.id if item.type == DRAFT else None,
    }


def _labels(content: ItemContentRecord) -> list[str]:
    names = [each.name for each in content.labels.nodes]
    more = content.labels.total_count - len(names)
    return [*names, f"and {more} more"] if more > 0 else names


def _state(content: ItemContentRecord) -> str | None:
    state = (content.issue_state or content.pull_state).lower()
    return "draft" if state == "open" and content.is_draft else state or None
