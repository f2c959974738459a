"""Setting a field of a project's item: values as people write them, refusals, added issues, unclear responses."""

import re
from typing import Any

import pytest
from github_board import others, roadmap
from github_calls import Use
from github_graphql import GraphQLDescription
from github_projects import Item, Project
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

BOARD = {"owner": "octocat", "project": 7}
BUG = {**BOARD, "item": "octocat/hello#1"}
SAFE = "the same call can be made again safely"


@pytest.fixture
def board(graphql: GraphQLDescription, world: World) -> Project:
    return roadmap(world)


SETTINGS = [
    ("Status", "Done", "Done"),
    ("status", "in progress ", "In Progress"),
    ("Sprint", "One", "One"),
    ("Sprint", "2026-11-16", "Two"),
    ("Estimate", "8", 8.0),
    ("Estimate", 8, 8.0),
    ("Estimate", 2.5, 2.5),
    ("Due", "2026-12-24", "2026-12-24"),
    ("Note", "Wait for Lena", "Wait for Lena"),
]


@pytest.mark.parametrize(("field", "value", "stored"), SETTINGS)
async def test_a_field_is_set_by_its_name_and_a_readable_value(
    use: Use, board: Project, field: str, value: Any, stored: Any
) -> None:
    board.items[0].values = {}
    changed = data(await use("set_project_field", **BUG, field=field, value=value))
    assert (changed["item_id"], changed["changed"], changed["value"]) == ("PVTI_1", True, stored)
    assert list(board.items[0].values.values()) == [stored]
    assert "added" not in changed


@pytest.mark.parametrize(("field", "value", "stored"), SETTINGS)
async def test_a_field_with_this_value_already_is_not_written(
    use: Use, github: ScriptedGitHub, board: Project, field: str, value: Any, stored: Any
) -> None:
    board.items[0].values = {next(each.name for each in board.fields if each.name.lower() == field.lower()): stored}
    assert data(await use("set_project_field", **BUG, field=field, value=value))["changed"] is False
    assert writes(github) == 0


@pytest.mark.parametrize("field", ["Status", "Sprint", "Estimate", "Due", "Note"])
async def test_an_empty_value_clears_a_field(use: Use, github: ScriptedGitHub, board: Project, field: str) -> None:
    changed = data(await use("set_project_field", **BUG, field=field, value=""))
    assert (changed["changed"], "value" in changed, field in board.items[0].values) == (True, False, False)
    assert data(await use("set_project_field", **BUG, field=field, value=""))["changed"] is False
    assert writes(github) == 1


async def test_an_option_with_exactly_this_name_precedes_one_that_differs_in_case(use: Use, board: Project) -> None:
    board.fields[0].options += ["done"]
    await use("set_project_field", **BUG, field="Status", value="done")
    assert board.items[0].values["Status"] == "done"
    error = failure(await use("set_project_field", **BUG, field="Status", value="DONE"))
    assert error.code == "INVALID_INPUT"


REFUSED = [
    ("State", "Done", r"no field called 'State'\. Did you mean Status\? Its fields are: Status, Sprint, Estimate, Due"),
    ("Status", "Doing", r"no option called 'Doing'.*Its options are: Todo, In Progress, Done"),
    ("Sprint", "Three", r"start date of: Two \(from 2026-11-16\), One \(from 2026-11-02\)"),
    ("Estimate", "many", "not a number"),
    ("Estimate", "nan", "not a number"),
    ("Due", "tomorrow", "YYYY-MM-DD"),
    ("Labels", "bug", "Use update_issue instead"),
    ("Status", None, "field requires value"),
    (None, None, "add=true"),
]


@pytest.mark.parametrize(("field", "value", "text"), REFUSED)
async def test_an_unknown_field_or_value_is_refused_before_anything_is_changed(
    use: Use, github: ScriptedGitHub, board: Project, field: str | None, value: str | None, text: str
) -> None:
    more = {name: each for name, each in (("field", field), ("value", value)) if each is not None}
    error = failure(await use("set_project_field", **BUG, **more))
    assert error.code == "INVALID_INPUT"
    assert re.search(text, error.message)
    assert writes(github) == 0


async def test_a_field_with_more_than_a_hundred_options_is_set_and_its_unknown_options_suggest_a_similar_one(
    use: Use, board: Project
) -> None:
    board.fields[0].options = [f"Customer {number}" for number in range(150)]
    assert data(await use("set_project_field", **BUG, field="Status", value="Customer 149"))["value"] == "Customer 149"
    error = failure(await use("set_project_field", **BUG, field="Status", value="Customer_149"))
    assert "Did you mean Customer 149?" in error.message
    assert "and 130 more" in error.message


@pytest.mark.parametrize("item", ["1", "#1", "hello#1", "PVTI", "octocat/hello"])
async def test_an_item_that_is_no_reference_is_refused(use: Use, board: Project, item: str) -> None:
    error = failure(await use("set_project_field", **{**BUG, "item": item}, field="Status", value="Done"))
    assert (error.code, "item must" in error.message) == ("INVALID_INPUT", True)


async def test_a_draft_is_changed_by_its_item_id(use: Use, board: Project) -> None:
    await use("set_project_field", **{**BOARD, "item": "PVTI_3"}, field="Status", value="Done")
    assert board.items[2].values["Status"] == "Done"


@pytest.mark.parametrize("item", ["PVTI_none", "PVTI_5"])
async def test_an_item_of_another_project_is_not_found(use: Use, board: Project, world: World, item: str) -> None:
    world.projects.append(Project(world.user("acme"), 7, "Launch", items=[Item("PVTI_5", draft="x")]))
    error = failure(await use("set_project_field", **{**BOARD, "item": item}, field="Status", value="Done"))
    assert (error.code, "no item with this id" in error.message) == ("RESOURCE_NOT_FOUND", True)
    assert "Take item_id from list_project_items" in error.message


async def test_an_archived_item_is_a_conflict(use: Use, github: ScriptedGitHub, board: Project) -> None:
    board.items[0].archived = True
    error = failure(await use("set_project_field", **BUG, field="Status", value="Done"))
    assert (error.code, writes(github)) == ("CONFLICT", 0)


async def test_an_issue_outside_the_project_is_added_only_on_request(use: Use, board: Project, world: World) -> None:
    world.issue(world.repositories["octocat/hello"], "New")
    new = {**BOARD, "item": "octocat/hello#3", "field": "Status", "value": "Todo"}
    error = failure(await use("set_project_field", **new))
    assert (error.code, "add=true" in error.message, len(board.items)) == ("RESOURCE_NOT_FOUND", True, 3)
    changed = data(await use("set_project_field", **new, add=True))
    assert (changed["added"], changed["value"], board.items[-1].values) == (True, "Todo", {"Status": "Todo"})
    again = data(await use("set_project_field", **BOARD, item="octocat/hello#3", add=True))
    assert (again["changed"], len(board.items)) == (False, 4)


async def test_an_issue_is_added_without_setting_a_field(use: Use, board: Project, world: World) -> None:
    world.issue(world.repositories["octocat/hello"], "New")
    changed = data(await use("set_project_field", **BOARD, item="octocat/hello#3", add=True))
    assert (changed["added"], changed["changed"], len(board.items)) == (True, True, 4)


async def test_a_failure_after_adding_an_issue_says_that_it_was_added(
    use: Use, github: ScriptedGitHub, board: Project, world: World
) -> None:
    world.issue(world.repositories["octocat/hello"], "New")
    body = {"data": {"change": None}, "errors": [{"message": "No", "type": "FORBIDDEN", "path": ["change"]}]}
    github.fault("POST", "/graphql", status=200, body=body, holding=b"updateProjectV2ItemFieldValue")
    error = failure(
        await use("set_project_field", **BOARD, item="octocat/hello#3", field="Status", value="Todo", add=True)
    )
    assert (error.code, len(board.items)) == ("PERMISSION_DENIED", 4)
    assert "The issue was added to the project, but its field was not set." in error.message


async def test_a_response_with_another_value_is_a_conflict(use: Use, github: ScriptedGitHub, board: Project) -> None:
    shown = {"id": "PVTI_1", "value": {"name": "Todo", "optionId": "0"}}
    body = {"data": {"change": {"item": shown}}}
    github.fault("POST", "/graphql", status=200, body=body, holding=b"updateProjectV2ItemFieldValue")
    error = failure(await use("set_project_field", **BUG, field="Status", value="Done"))
    assert (error.code, "Status is Todo now" in error.message) == ("CONFLICT", True)


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("answer", [{"manner": "reset"}, {"status": 502}, {"status": 200, "body": {"data": {}}}])
async def test_a_change_whose_response_stays_unclear_has_an_unknown_outcome(
    use: Use, github: ScriptedGitHub, board: Project, acts: bool, answer: dict[str, Any]
) -> None:
    github.fault("POST", "/graphql", acts=acts, **answer, holding=b"updateProjectV2ItemFieldValue", times=9)
    error = failure(await use("set_project_field", **BUG, field="Status", value="Done"))
    assert (error.code, SAFE in error.message) == ("OUTCOME_UNKNOWN", True)
    github.forget_faults()
    again = data(await use("set_project_field", **BUG, field="Status", value="Done"))
    assert (again["changed"], board.items[0].values["Status"]) == (not acts, "Done")


async def test_a_transferred_issue_is_not_changed_in_a_project(
    use: Use, github: ScriptedGitHub, board: Project
) -> None:
    place = {"nameWithOwner": "octocat/other"}
    issue = {"id": "I_1", "number": 44, "repository": place, "projectItems": {"nodes": []}}
    body = {"data": {"repository": {"issueOrPullRequest": issue}}}
    github.fault("POST", "/graphql", status=200, body=body, holding=b"issueOrPullRequest")
    error = failure(await use("set_project_field", **BUG, field="Status", value="Done", add=True))
    assert (error.code, "octocat/other#44" in error.message) == ("CONFLICT", True)


def writes(github: ScriptedGitHub) -> int:
    return sum(b"mutation" in each.body for each in github.requests)


@pytest.mark.parametrize("item", ["evil/vault#1", "https://github.com/evil/vault/issues/1", "PVTI_9"])
async def test_a_field_of_an_item_outside_the_allow_list_is_not_set(
    use: Use, github: ScriptedGitHub, board: Project, world: World, item: str
) -> None:
    others(world, board)
    arguments = {**BOARD, "item": item, "field": "Status", "value": "Done"}
    assert failure(await use("set_project_field", allowed="octocat/*", **arguments)).code == "PERMISSION_DENIED"
    assert board.items[-1].values == {"Status": "Todo"}
    assert bool(github.requests) == (item == "PVTI_9")


async def test_an_issue_whose_repository_was_renamed_out_of_the_allow_list_is_not_changed(
    use: Use, board: Project, world: World
) -> None:
    old = world.repository("octocat/old")
    board.items.append(Item("PVTI_8", old, world.issue(old, "Moved"), values={"Status": "Todo"}))
    world.rename("octocat/old", "evil/new")
    arguments = {**BOARD, "item": "octocat/old#1", "field": "Status", "value": "Done"}
    assert failure(await use("set_project_field", allowed="octocat/*", **arguments)).code == "PERMISSION_DENIED"
    assert board.items[-1].values == {"Status": "Todo"}


async def test_of_two_projects_with_one_issue_only_the_named_one_is_changed(
    use: Use, board: Project, world: World
) -> None:
    first = board.items[0]
    items = [Item("PVTI_7", first.repository, first.issue, values={"Status": "Todo"})]
    world.projects.insert(0, Project(world.user("octocat"), 5, "Other", board.fields, items))
    changed = data(await use("set_project_field", **BUG, field="Status", value="Done"))
    assert (changed["item_id"], first.values["Status"]) == ("PVTI_1", "Done")
    assert items[0].values == {"Status": "Todo"}


@pytest.mark.parametrize("allowed", [None, "octocat/*"])
async def test_an_item_whose_issue_the_token_cannot_read_is_not_changed(
    use: Use, board: Project, world: World, allowed: str | None
) -> None:
    hello = world.repositories["octocat/hello"]
    board.items.append(Item("PVTI_8", hello, world.issue(hello, "Secret"), values={"Status": "Todo"}, hidden=True))
    arguments = {**BOARD, "item": "PVTI_8", "field": "Status", "value": "Done"}
    error = failure(await use("set_project_field", **({"allowed": allowed} if allowed else {}), **arguments))
    assert (error.code, board.items[-1].values) == ("PERMISSION_DENIED", {"Status": "Todo"})
    assert error.message.startswith("This token cannot read the issue or pull request of this item.")
