"""Slack lists: items as text, and cell values parsed from text."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from mcp_chassis.failures import InvalidInput, NotFound

from slack_mcp.client.lists import Cells, ListPage
from slack_mcp.connection import Workspace
from slack_mcp.records.lists import CellRecord, ColumnRecord, ListItemRecord
from slack_mcp.references import folded
from slack_mcp.rendering.blocks import blocks_text
from slack_mcp.rendering.json_node import nodes
from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.names import Names

ITEMS_PER_PAGE = 200
MAX_PAGES = 5
MAX_OPTIONS_SHOWN = 30
IN_SLACK = "Leave this column out; a person can fill it in Slack."
TEXTS, PEOPLE, DATES = {"text", "rich_text"}, {"user", "todo_assignee"}, {"date", "todo_due_date"}
CHECKS, OPTIONS = {"checkbox", "todo_completed"}, {"select", "multi_select"}
VALUE_OF_WORD: Mapping[str, bool] = {"true": True, "yes": True, "false": False, "no": False, "": False}


async def text_of_list(identity: str, slack: Workspace) -> str:
    """Text of a list: its columns with types, then up to 1,000 items, one a line with the item id."""
    page = await slack.api.lists.page(identity, limit=ITEMS_PER_PAGE)
    columns, items = columns_of(page), list(page.items)
    for _ in range(MAX_PAGES - 1):
        if not page.next_cursor:
            break
        page = await slack.api.lists.page(identity, limit=ITEMS_PER_PAGE, cursor=page.next_cursor)
        items += page.items
    names, warnings = await slack.people.names(user for item in items for cell in item.fields for user in cell.user)
    left = [f"Only the first {len(items):,} items are shown."] if page.next_cursor else []
    head = "\t".join(["id", *(_called(column) for column in columns)])
    rows = [_row(item, columns, Names(names)) for item in items]
    return "\n".join([*warnings, *left, f"Columns: {', '.join(map(_described, columns))}", "", head, *rows])


def columns_of(page: ListPage) -> Sequence[ColumnRecord]:
    """The list's columns; if Slack does not return them, those found in the cells of its items."""
    if page.columns:
        return page.columns
    cells = {cell.column_id: cell for item in page.items for cell in item.fields if cell.column_id}
    return [ColumnRecord(id=identity, key=cell.key, type="") for identity, cell in cells.items()]


def _called(column: ColumnRecord) -> str:
    return column.name or column.key or column.id


def _described(column: ColumnRecord) -> str:
    options = ", ".join(choice.label or choice.value for choice in column.options.choices[:MAX_OPTIONS_SHOWN])
    kind = f"{column.type}: {options}" if options else column.type
    return f"{_called(column)} ({kind})" if kind else _called(column)


def _row(item: ListItemRecord, columns: Iterable[ColumnRecord], names: Names) -> str:
    cells = {cell.column_id or cell.key: cell for cell in item.fields}
    shown = [_shown(cells.get(column.id) or cells.get(column.key) or CellRecord(), column, names) for column in columns]
    return "\t".join([item.id, *(" ".join(text.split()) for text in shown)]).rstrip()


def _shown(cell: CellRecord, column: ColumnRecord, names: Names) -> str:
    """Text of a cell according to its column's type, else the plain text that Slack returns with it."""
    labels = {choice.value: choice.label for choice in column.options.choices}
    if cell.user:
        return ", ".join(map(names.user, cell.user))
    if cell.select:
        return ", ".join(labels.get(value) or value for value in cell.select)
    if cell.checkbox is not None:
        return "yes" if cell.checkbox else "no"
    if cell.rich_text:
        return blocks_text(nodes(cell.rich_text), names)
    values = cell.date or tuple(f"{number:g}" for number in cell.number)
    return ", ".join(values) or readable(cell.text, names) or (cell.value if isinstance(cell.value, str) else "")


async def cells_given(fields: Sequence[tuple[str, str]], columns: Sequence[ColumnRecord], slack: Workspace) -> Cells:
    """Convert pairs of column name and text into cells of the list.

    Raises:
        InvalidInput: when a value does not fit its column's type, or a column is given twice.
        NotFound: when the list has no such column; the remedy lists its columns.
    """
    given = [(_column(name, columns), text) for name, text in fields]
    for number, (column, _) in enumerate(given):
        if column.id in {other.id for other, _ in given[:number]}:
            raise InvalidInput(f"The column {_called(column)} is given twice.", remedy="Give each column once.")
    return [await _cell(column, text, slack) for column, text in given]


def _column(name: str, columns: Sequence[ColumnRecord]) -> ColumnRecord:
    found = [column for column in columns if folded(name) in {folded(_called(column)), folded(column.id)}]
    if not found:
        raise NotFound(
            f"The list has no column {name!r}.", remedy=f"Its columns: {', '.join(map(_described, columns)) or 'none'}."
        )
    if len(found) > 1:
        ids = ", ".join(column.id for column in found)
        raise InvalidInput(f"The list has {len(found)} columns named {name!r}.", remedy=f"Use a column id: {ids}.")
    return found[0]


async def _cell(column: ColumnRecord, text: str, slack: Workspace) -> dict[str, Any]:
    given = text.strip()
    several = [part.strip() for part in given.split(",") if part.strip()]
    if column.type in TEXTS:
        value: tuple[str, Any] = ("rich_text", [_rich_text(text)])
    elif column.type in PEOPLE:
        value = ("user", [(await slack.people.resolve(person)).id for person in several])
    elif column.type in OPTIONS:
        value = ("select", [_option(part, column) for part in (several if column.type == "multi_select" else [given])])
    elif column.type in DATES:
        value = ("date", [await _day(given, slack)] if given else [])
    elif column.type in CHECKS:
        value = ("checkbox", _check(given, column))
    elif column.type == "number":
        value = ("number", [_number(given, column)] if given else [])
    elif column.type in {"email", "phone"}:
        value = (column.type, [given] if given else [])
    else:
        kind = column.type or "unknown"
        raise InvalidInput(
            f"This server cannot write the column {_called(column)} of the type {kind!r}.", remedy=IN_SLACK
        )
    return {"column_id": column.id, value[0]: value[1]}


def _rich_text(text: str) -> dict[str, Any]:
    """A rich text block with the text unchanged; Slack does not parse it, so nothing in it mentions anybody."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _option(given: str, column: ColumnRecord) -> str:
    for choice in column.options.choices:
        if folded(given) in {folded(choice.label), folded(choice.value)}:
            return choice.value
    raise InvalidInput(f"The column {_called(column)} has no option {given!r}.", remedy=f"{_described(column)}.")


async def _day(given: str, slack: Workspace) -> str:
    with suppress(ValueError):
        return date.fromisoformat(given).isoformat()
    return f"{datetime.fromtimestamp(float(await slack.ts(given, ahead=True)), await slack.zone()):%Y-%m-%d}"


def _check(given: str, column: ColumnRecord) -> bool:
    if given.casefold() not in VALUE_OF_WORD:
        raise InvalidInput(
            f"The column {_called(column)} is a checkbox, and {given!r} is not yes or no.", remedy="Give yes or no."
        )
    return VALUE_OF_WORD[given.casefold()]


def _number(given: str, column: ColumnRecord) -> float:
    try:
        return float(given)
    except ValueError as exc:
        raise InvalidInput(
            f"The column {_called(column)} takes a number, not {given!r}.", remedy="Give a number."
        ) from exc
