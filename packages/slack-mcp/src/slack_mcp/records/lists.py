"""Records of Slack lists: columns, items and cells."""

from typing import Any

from mcp_chassis.http.records import Record


class ChoiceRecord(Record, frozen=True):
    value: str = ""
    label: str = ""


class ColumnOptionsRecord(Record, frozen=True):
    choices: tuple[ChoiceRecord, ...] = ()


class ColumnRecord(Record, frozen=True):
    id: str = ""
    name: str = ""
    key: str = ""
    type: str = ""
    options: ColumnOptionsRecord = ColumnOptionsRecord()


class ListMetadataRecord(Record, frozen=True):
    schema: tuple[ColumnRecord, ...] = ()


class ListRecord(Record, frozen=True):
    list_metadata: ListMetadataRecord = ListMetadataRecord()


class ListAnswerRecord(Record, frozen=True):
    """Metadata of the list in a page of items; responses without it are possible."""

    list: ListRecord = ListRecord()


class CellRecord(Record, frozen=True):
    """One cell of an item; only the field of the column's type is set."""

    key: str = ""
    column_id: str = ""
    text: str = ""
    value: Any = None
    checkbox: bool | None = None
    user: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    number: tuple[float, ...] = ()
    rich_text: tuple[Any, ...] = ()


class ListItemRecord(Record, frozen=True):
    id: str
    fields: tuple[CellRecord, ...] = ()


class NewItemRecord(Record, frozen=True):
    id: str


class CreatedItemRecord(Record, frozen=True):
    """Required fields of the response to adding an item."""

    item: NewItemRecord
