"""Tools for Slack lists: items are read as text, added once, and changed by column name."""

from typing import Any

import pytest
from mcp_chassis.testing import data, failure, text
from slack_desk import ALICE, BOB, GENERAL, SECRET, Desk

FILES = {"SLACK_TOOLS": "@files"}
TASKS = "F0TASKS001"
CHOICES = {"choices": [{"value": "todo", "label": "To do"}, {"value": "done", "label": "Done"}]}
COLUMNS = [
    {"id": "Col1", "name": "Task", "key": "name", "type": "text"},
    {"id": "Col2", "name": "State", "key": "state", "type": "select", "options": CHOICES},
    {"id": "Col3", "name": "Owner", "key": "owner", "type": "user"},
    {"id": "Col4", "name": "Due", "key": "due", "type": "date"},
    {"id": "Col5", "name": "Urgent", "key": "urgent", "type": "checkbox"},
    {"id": "Col6", "name": "Cost", "key": "cost", "type": "number"},
    {"id": "Col7", "name": "Votes", "key": "votes", "type": "vote"},
    {"id": "Col8", "name": "Mail", "key": "mail", "type": "email"},
    {"id": "Col9", "name": "Call", "key": "call", "type": "phone"},
    {"id": "Col10", "name": "Team", "key": "team", "type": "multi_select", "options": CHOICES},
]
ITEM = {"Task": "ship *it* <!channel>", "State": "to DO", "Owner": "@alice", "Due": "2026-12-24", "Urgent": "yes"}


@pytest.fixture
def tasks(desk: Desk) -> dict[str, dict[str, Any]]:
    """The items of a Slack list that is shared in #general."""
    desk.workspace.add_list(TASKS, "Tasks", COLUMNS, [GENERAL])
    return desk.workspace.lists[TASKS][1]


async def read(desk: Desk, **env: str) -> str:
    async with desk.client(**FILES, **env) as client:
        result = await client.call_tool("read_file", {"file": TASKS})
    return failure(result).message if result.is_error else text(result)


async def test_an_item_is_added_with_each_kind_of_value_and_read_back(desk: Desk, tasks: dict[str, Any]):
    made = await desk.call("write_list_item", FILES, list=TASKS, fields={**ITEM, "Cost": "12.50"})
    assert made == {"id": "Rec00000", "created": True}
    assert tasks["Rec00000"]["Col2"]["select"] == ["todo"]
    assert tasks["Rec00000"]["Col3"]["user"] == [ALICE]
    answer = await read(desk)
    assert "Columns: Task (text), State (select: To do, Done), Owner (user), Due (date)" in answer
    assert "id\tTask\tState\tOwner\tDue\tUrgent\tCost\tVotes\tMail\tCall\tTeam\n" in answer
    row = next(line for line in answer.splitlines() if line.startswith("Rec00000")).split("\t")
    assert row[2:] == ["To do", "@Alice Martin", "2026-12-24", "yes", "12.5"]
    assert "ship" in row[1]


@pytest.mark.parametrize(
    ("column", "given", "kind", "value"),
    [
        ("Mail", "a@acme.example", "email", ["a@acme.example"]),
        ("Call", "+49 30 1", "phone", ["+49 30 1"]),
        ("Team", "To do, done", "select", ["todo", "done"]),
        ("Owner", "@alice, @bob", "user", [ALICE, BOB]),
        ("Urgent", "TRUE", "checkbox", True),
        ("Urgent", "false", "checkbox", False),
        ("Due", "2020-02-29", "date", ["2020-02-29"]),
        ("col6", "3", "number", [3.0]),
        ("Cost", "", "number", []),
        ("Mail", "", "email", []),
    ],
)
async def test_a_text_is_converted_to_the_type_of_its_column(
    desk: Desk, tasks: dict[str, Any], column: str, given: str, kind: str, value: Any
):
    await desk.call("write_list_item", FILES, list=TASKS, fields={column: given})
    [cell] = tasks["Rec00000"].values()
    assert cell[kind] == value


async def test_two_columns_with_one_name_are_distinguished_by_id(desk: Desk, tasks: dict[str, Any]):
    desk.workspace.add_list(TASKS, "Tasks", [COLUMNS[0], {**COLUMNS[0], "id": "Col2"}], [GENERAL])
    failed = await desk.fail("write_list_item", FILES, list=TASKS, fields={"Task": "x"})
    assert "Use a column id: Col1, Col2" in failed.message
    await desk.call("write_list_item", FILES, list=TASKS, fields={"Col2": "x"})


async def test_markup_in_a_cell_text_is_not_parsed(desk: Desk, tasks: dict[str, Any]):
    await desk.call("write_list_item", FILES, list=TASKS, fields=ITEM)
    [block] = tasks["Rec00000"]["Col1"]["rich_text"]
    assert block["elements"][0]["elements"] == [{"type": "text", "text": ITEM["Task"]}]


async def test_setting_fields_of_an_item_leaves_the_other_fields_unchanged(desk: Desk, tasks: dict[str, Any]):
    async with desk.client(**FILES) as client:
        made = data(await client.call_tool("write_list_item", {"list": TASKS, "fields": ITEM}))
        change = {"list": TASKS, "item": made["id"], "fields": {"state": "done", "Owner": "", "Urgent": "no"}}
        assert data(await client.call_tool("write_list_item", change)) == {"id": made["id"]}
    assert tasks[made["id"]]["Col2"]["select"] == ["done"]
    assert tasks[made["id"]]["Col3"]["user"] == []
    assert tasks[made["id"]]["Col5"]["checkbox"] is False
    assert tasks[made["id"]]["Col4"]["date"] == ["2026-12-24"]


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({"Colour": "red"}, "RESOURCE_NOT_FOUND", "no column 'Colour'. Its columns: Task (text), State"),
        ({"State": "later"}, "INVALID_INPUT", "no option 'later'. State (select: To do, Done)"),
        ({"Owner": "@nobody"}, "RESOURCE_NOT_FOUND", "nobody"),
        ({"Due": "soon"}, "INVALID_INPUT", "time cannot be read"),
        ({"Urgent": "maybe"}, "INVALID_INPUT", "not yes or no"),
        ({"Cost": "much"}, "INVALID_INPUT", "takes a number, not 'much'"),
        ({"Votes": "1"}, "INVALID_INPUT", "cannot write the column Votes of the type 'vote'"),
        ({}, "INVALID_INPUT", "fields"),
        ({"Task": "x", "task": "y"}, "INVALID_INPUT", "The column Task is given twice"),
    ],
)
async def test_a_value_that_does_not_fit_its_column_is_refused_without_a_write(
    desk: Desk, tasks: dict[str, Any], fields: dict[str, str], code: str, sentence: str
):
    failed = await desk.fail("write_list_item", FILES, list=TASKS, fields=fields)
    assert failed.code == code
    assert sentence in failed.message
    assert tasks == {}


@pytest.mark.parametrize("fault", ["reset", "cut", "bad_gateway"])
async def test_an_item_whose_response_is_lost_is_never_added_twice(desk: Desk, tasks: dict[str, Any], fault: str):
    desk.slack.faults["slackLists.items.create"].append(fault)
    failed = await desk.fail("write_list_item", FILES, list=TASKS, fields={"Task": "once"})
    assert failed.code == "OUTCOME_UNKNOWN"
    assert "read_file" in failed.message
    assert list(tasks) == ["Rec00000"]


async def test_an_add_item_response_without_an_id_is_an_unknown_outcome(desk: Desk, tasks: dict[str, Any]):
    desk.slack.answers["slackLists.items.create"] = lambda given: {"ok": True}
    failed = await desk.fail("write_list_item", FILES, list=TASKS, fields={"Task": "once"})
    assert failed.code == "OUTCOME_UNKNOWN"
    assert tasks == {}


async def test_setting_fields_is_repeated_once_after_a_lost_response(desk: Desk, tasks: dict[str, Any]):
    tasks["Rec00000"] = {}
    desk.slack.faults["slackLists.items.update"].append("reset")
    await desk.call("write_list_item", FILES, list=TASKS, item="Rec00000", fields={"State": "Done"})
    assert tasks["Rec00000"]["Col2"]["select"] == ["done"]


async def test_an_unknown_item_or_a_file_that_is_not_a_list_is_refused(desk: Desk, tasks: dict[str, Any]):
    failed = await desk.fail("write_list_item", FILES, list=TASKS, item="Rec9", fields={"State": "Done"})
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert "no item with this id" in failed.message
    desk.workspace.add_file("F0PLAN0001", "plan.md", b"", url="http://127.0.0.1:9", channels=[GENERAL])
    failed = await desk.fail("write_list_item", FILES, list="F0PLAN0001", fields={"Task": "x"})
    assert "not a Slack list" in failed.message


async def test_a_list_of_more_than_1000_items_reports_how_many_are_shown(desk: Desk, tasks: dict[str, Any]):
    for number in range(1_101):
        tasks[f"Rec{number:05}"] = {"Col6": {"column_id": "Col6", "number": [number]}}
    assert "Only the first 1,000 items are shown." in await read(desk)
    asked = [call.given.get("cursor") for call in desk.slack.calls if call.method == "slackLists.items.list"]
    assert asked == [None, "at:200", "at:400", "at:600", "at:800"]


async def test_a_list_response_without_columns_is_shown_by_keys_and_texts(desk: Desk, tasks: dict[str, Any]):
    nameless = {"key": "lost", "value": "nowhere"}
    item = {"id": "Rec1", "fields": [{"key": "name", "column_id": "Col1", "value": "x", "text": "ship it"}, nameless]}
    desk.slack.answers["slackLists.items.list"] = lambda given: {"ok": True, "items": [item]}
    assert "id\tname\nRec1\tship it" in await read(desk)


async def test_lists_in_channels_that_are_not_allowed_are_neither_read_nor_written(desk: Desk):
    desk.workspace.add_list(TASKS, "Tasks", COLUMNS, [SECRET])
    env = {"SLACK_ALLOWED_CHANNELS": "general"}
    assert "not shared in any conversation" in await read(desk, **env)
    failed = await desk.fail("write_list_item", {**FILES, **env}, list=TASKS, fields={"Task": "x"})
    assert failed.code == "PERMISSION_DENIED"


async def test_fields_may_be_a_list_of_columns_and_values(desk: Desk, tasks: dict[str, Any]):
    pairs = [{"column": column, "value": value} for column, value in ITEM.items()]
    made = [await desk.call("write_list_item", FILES, list=TASKS, fields=fields) for fields in (pairs, ITEM)]
    first, second = (tasks[each["id"]] for each in made)
    assert first
    assert first == second
