"""Tool that writes items of Slack lists; read_file reads them."""

from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.object_arguments import entries_from_object
from mcp_chassis.tools import EMPTY_IS_ABSENT, IdempotencyKey, writes
from pydantic import BaseModel, BeforeValidator, Field

from slack_mcp.connection import Slack
from slack_mcp.file_access import check_file
from slack_mcp.list_items import cells_given, columns_of
from slack_mcp.models import WrittenItem
from slack_mcp.tools.files import file_id


class ItemField(BaseModel, extra="forbid"):
    column: Annotated[str, Field(max_length=200)]
    value: Annotated[str, Field(max_length=4_000)]


Fields = Annotated[
    Sequence[ItemField],
    BeforeValidator(entries_from_object(key_field="column", value_field="value")),
    Field(min_length=1, max_length=50, description="Columns and values as read_file names them."),
]


@writes("Write an item of a list", destructive=True, idempotent=False)
async def write_list_item(
    list: Annotated[str, Field(max_length=500, description="Id (F...) or link.")],
    fields: Fields,
    slack: Slack,
    item: Annotated[str | None, Field(max_length=50, description="Id (Rec...)."), EMPTY_IS_ABSENT] = None,
    idempotency_key: IdempotencyKey = None,
) -> WrittenItem:
    """Set fields of an item of a Slack list; without item, add one."""
    identity = file_id(list)
    found = await slack.api.files.info(identity)
    await check_file(found, slack, write=True)
    if not found.is_list:
        raise InvalidInput("The file is not a Slack list.", remedy="write_canvas writes canvases.")
    columns = columns_of(await slack.api.lists.page(identity, limit=1))
    cells = await cells_given([(field.column, field.value) for field in fields], columns, slack)
    if item is None:
        return WrittenItem(id=await slack.api.lists.add(identity, cells), created=True)
    await slack.api.lists.set(identity, item, cells)
    return WrittenItem(id=item)
