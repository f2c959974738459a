"""Rows of a project's items without those that the token, the allow-list or lockdown keeps from the caller."""

from collections.abc import Sequence

from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.client.project_queries import MAX_FIELD_VALUES
from github_mcp.lockdown import WITHHELD, warn_of_withheld
from github_mcp.models.projects import DRAFT, SETTABLE, item_row
from github_mcp.models.tables import Cell
from github_mcp.records.accounts import login
from github_mcp.records.projects import ItemContentRecord, ProjectItemRecord
from github_mcp.withheld_texts import hidden_authors

Shown = tuple[ProjectItemRecord, ItemContentRecord]
AnyRow = dict[str, Cell]


async def item_rows(github: GitHubClient, owner: str, items: Sequence[ProjectItemRecord]) -> list[AnyRow]:
    """A row for each item that may be shown, with a cell for each field of the project that has a value on this page.

    The numbers of archived, unreadable and not allowed items, and of withheld titles, become warnings.
    """
    present = [each for each in items if not each.is_archived]
    readable = [(each, each.content) for each in present if each.content is not None]
    allowed = [each for each in readable if _is_allowed(github, owner, *each)]
    _warn(len(items) - len(present), "archived item", "left out")
    _warn(len(present) - len(readable), "item", "that this token cannot read left out")
    if outside := len(readable) - len(allowed):
        warn(f"GITHUB_ALLOWED_REPOS leaves out {outside} items of this page.")
    full = sum(each.field_values.total_count > MAX_FIELD_VALUES for each, _ in allowed)
    _warn(full, "item", f"with more than {MAX_FIELD_VALUES} field values; the others are not shown")
    return _with_fields(allowed, await _without_hidden_titles(github, allowed))


def _is_allowed(github: GitHubClient, owner: str, item: ProjectItemRecord, content: ItemContentRecord) -> bool:
    """Whether the allow-list contains an item's repository, or for a draft every repository of the project's owner."""
    if content.full_name:
        return github.allowed.allows(content.full_name)
    return github.allowed.everything or (item.type == DRAFT and github.allowed.allows_every_repository_of(owner))


async def _without_hidden_titles(github: GitHubClient, found: Sequence[Shown]) -> list[AnyRow]:
    authors = [(content.full_name, login(content.author)) for _, content in found if content.full_name]
    hidden = await hidden_authors(github, authors)
    rows = [item_row(*each) for each in found]
    for row, (_, content) in zip(rows, found, strict=True):
        if (content.full_name, login(content.author)) in hidden:
            row["title"] = WITHHELD
    warn_of_withheld(sum(row["title"] == WITHHELD for row in rows))
    return rows


def _with_fields(found: Sequence[Shown], rows: Sequence[AnyRow]) -> list[AnyRow]:
    """The rows with the values of the project's fields; a field named like another column has `(field)` after it."""
    fixed = set(rows[0]) if rows else set[str]()
    values = [
        {(f"{name} (field)" if name in fixed else name): value for name, value in _field_values(item).items()}
        for item, _ in found
    ]
    names = list(dict.fromkeys(name for each in values for name in each))
    return [{**row, **{name: each.get(name) for name in names}} for row, each in zip(rows, values, strict=True)]


def _field_values(item: ProjectItemRecord) -> dict[str, Cell]:
    # Other fields repeat what the issue or pull request has, such as its title, which lockdown may withhold.
    return {
        each.field.name: each.shown
        for each in item.field_values.nodes
        if each.field.name and each.field.data_type in SETTABLE and each.shown is not None
    }


def _warn(count: int, noun: str, event: str) -> None:
    if count:
        warn(f"{count} {noun}{'' if count == 1 else 's'} {event}.")
