"""Slack's lists in a scripted workspace."""

import json
from typing import Any

from scripted_slack_documents import Documents
from scripted_slack_places import Answer, Given, Refused, paged

VALUES = {"rich_text", "user", "select", "date", "checkbox", "number", "email", "phone"}


class Lists(Documents):
    """`lists` holds columns and items by list; an item's cells are by column."""

    def arrange(self) -> None:
        super().arrange()
        self.lists: dict[str, tuple[list[Answer], dict[str, dict[str, Any]]]] = {}

    def add_list(self, identity: str, title: str, columns: list[Answer], channels: list[str]) -> None:
        self.add_file(identity, title, b"", url=self.origin, filetype="list", mode="list", channels=channels)
        self.lists[identity] = (columns, {})

    def slackLists_items_list(self, given: Given, caller: str) -> Answer:
        columns, items = self._list(given)
        rows = [
            {"id": item, "list_id": given["list_id"], "fields": list(cells.values())} for item, cells in items.items()
        ]
        answer = paged("items", len(rows), given, lambda at: rows[at], 1_000)
        asked = given.get("include_list") in {"1", "true"}
        return {**answer, **({"list": {"list_metadata": {"schema": columns}}} if asked else {})}

    def slackLists_items_create(self, given: Given, caller: str) -> Answer:
        columns, items = self._list(given)
        item = f"Rec{len(items):05}"
        items[item] = {}
        for cell in json.loads(given.get("initial_fields", "[]")):
            self._set(columns, items[item], cell)
        return {"item": {"id": item, "list_id": given["list_id"], "fields": list(items[item].values())}}

    def slackLists_items_update(self, given: Given, caller: str) -> Answer:
        columns, items = self._list(given)
        for cell in json.loads(given["cells"]):
            if cell["row_id"] not in items:
                raise Refused("row_not_found")
            self._set(columns, items[cell["row_id"]], cell)
        return {}

    def _list(self, given: Given) -> tuple[list[Answer], dict[str, dict[str, Any]]]:
        if given["list_id"] not in self.lists:
            raise Refused("list_not_found")
        return self.lists[given["list_id"]]

    def _set(self, columns: list[Answer], cells: dict[str, Any], cell: Answer) -> None:
        if cell["column_id"] not in {column["id"] for column in columns}:
            raise Refused("invalid_column_id")
        values = {name: value for name, value in cell.items() if name in VALUES}
        if len(values) != 1:
            raise Refused("invalid_input_type")
        cells[cell["column_id"]] = {"column_id": cell["column_id"], **values}
