"""Requests about Slack lists: read a page of items, add an item, set cells."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.conversations import PageRecord
from slack_mcp.records.lists import ColumnRecord, CreatedItemRecord, ListAnswerRecord, ListItemRecord

Cells = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class ListPage:
    """One page of a Slack list: its items, the columns and the cursor of the next page."""

    columns: tuple[ColumnRecord, ...]
    items: list[ListItemRecord]
    next_cursor: str = ""


class Lists:
    """Slack's API methods about lists, called with one token."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def page(self, identity: str, *, limit: int, cursor: str | None = None) -> ListPage:
        response = as_response(
            await self._web.sdk.slackLists_items_list(list_id=identity, limit=limit, cursor=cursor, include_list=True)
        )
        operation = "read the list"
        found = response.records(ListItemRecord, operation=operation, at="items", noun="items")
        about = response.record(ListAnswerRecord, operation=operation).list
        following = response.record(PageRecord, operation=operation).response_metadata.next_cursor
        return ListPage(about.list_metadata.schema, found.items, following)

    async def add(self, identity: str, cells: Cells) -> str:
        """Add an item and return its id; the request is never repeated."""
        response = await self._web.request("slackLists.items.create", {"list_id": identity, "initial_fields": cells})
        return response.record(CreatedItemRecord, operation="add the item").item.id

    async def set(self, identity: str, item: str, cells: Cells) -> None:
        rows = [{"row_id": item, **cell} for cell in cells]
        await self._web.request("slackLists.items.update", {"list_id": identity, "cells": rows})
