"""Projects: listing them and their items with fields, filters, and parts left out."""

import pytest
from github_board import others, roadmap
from github_calls import HELLO, Connect, Use, rows
from github_graphql import GraphQLDescription
from github_projects import Item, Project, ProjectField
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

BOARD = {"owner": "octocat", "project": 7}


@pytest.fixture
def board(graphql: GraphQLDescription, world: World) -> Project:
    return roadmap(world)


async def test_the_projects_of_an_owner_are_listed(use: Use, board: Project) -> None:
    first, second = rows(await use("list_project_items", owner="octocat"))
    assert (first["number"], first["title"], first["items"], first["closed"]) == (7, "Roadmap", 3, False)
    assert (second["number"], second["closed"]) == (8, True)


async def test_items_are_listed_with_their_fields_by_name(use: Use, board: Project) -> None:
    result = await use("list_project_items", **BOARD)
    bug, pull, draft = rows(result)
    assert (bug["repository"], bug["number"], bug["type"], bug["state"]) == ("octocat/hello", 1, "issue", "open")
    assert (bug["Status"], bug["Sprint"], bug["Estimate"], bug["Due"]) == ("In Progress", "Two", 2.5, "2026-12-01")
    assert (bug["Note"], bug["labels"], bug["assignees"], bug["milestone"]) == ("Ask Lena", ["bug"], ["mira"], "v1")
    assert (bug["association"], pull["association"]) == ("none", None)
    assert (pull["type"], pull["state"], pull["Estimate"], pull["Sprint"]) == ("pull request", "merged", 3, None)
    assert (draft["type"], draft["title"], draft["item_id"], draft["number"]) == (
        "draft",
        "Write the docs",
        "PVTI_3",
        None,
    )
    assert "Title" not in bug
    page = data(result)
    assert (page["project"], page["total"]) == ("Roadmap", 3)
    assert page["fields"] == [
        "Status: Todo, In Progress, Done",
        "Sprint: Two (from 2026-11-16)",
        "Estimate: number",
        "Due: date",
        "Note: text",
    ]


async def test_the_cursor_continues_a_projects_items_without_its_fields(connect: Connect, board: Project) -> None:
    async with connect(GITHUB_TOOLS="list_project_items") as client:
        first = data(await client.call_tool("list_project_items", {**BOARD, "max_results": 2}))
        more = {**BOARD, "max_results": 2, "cursor": first["next_cursor"]}
        second = data(await client.call_tool("list_project_items", more))
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert "next_cursor" not in second
    assert "fields" not in second


@pytest.mark.parametrize(
    ("query", "titles"), [('status:"In Progress"', ["Bug"]), ("-status:Done is:open", ["Bug"]), ("status:None", [])]
)
async def test_githubs_filter_selects_items(use: Use, board: Project, query: str, titles: list[str]) -> None:
    assert [row["title"] for row in rows(await use("list_project_items", **BOARD, query=query))] == titles


async def test_archived_and_unreadable_items_are_left_out_and_counted(use: Use, board: Project) -> None:
    board.items[0].archived = True
    board.items[1].hidden = True
    result = await use("list_project_items", **BOARD)
    assert [row["title"] for row in rows(result)] == ["Write the docs"]
    assert data(result)["warnings"] == ["1 archived item left out.", "1 item that this token cannot read left out."]


async def test_an_item_with_more_field_values_than_are_read_is_reported(use: Use, board: Project) -> None:
    board.fields += [ProjectField(f"F{number}", "TEXT") for number in range(50)]
    board.items[0].values |= {f"F{number}": "x" for number in range(50)}
    result = await use("list_project_items", **BOARD)
    assert data(result)["warnings"] == ["1 item with more than 50 field values; the others are not shown."]


async def test_a_field_named_like_a_column_keeps_its_value(use: Use, board: Project) -> None:
    board.fields.append(ProjectField("state", "TEXT"))
    board.items[0].values["state"] = "Blocked"
    (bug, *_) = rows(await use("list_project_items", **BOARD))
    assert (bug["state"], bug["state (field)"]) == ("open", "Blocked")


async def test_null_items_and_values_of_deleted_fields_are_left_out_with_a_warning(
    use: Use, github: ScriptedGitHub
) -> None:
    github.graphql = None
    values = {
        "totalCount": 2,
        "nodes": [None, {"field": {"name": "Status", "dataType": "SINGLE_SELECT"}, "name": "Done"}],
    }
    place = {"nameWithOwner": "octocat/hello"}
    content = {"number": 1, "title": "Bug", "issueState": "OPEN", "repository": place}
    items = {"nodes": [None, {"id": "PVTI_1", "type": "ISSUE", "content": content, "fieldValues": values}]}
    found = {"login": "octocat", "projectV2": {"id": "PVT_1", "number": 7, "title": "Roadmap", "items": items}}
    github.fault("POST", "/graphql", status=200, body={"data": {"repositoryOwner": found}})
    result = await use("list_project_items", **BOARD)
    assert [(row["title"], row["Status"]) for row in rows(result)] == [("Bug", "Done")]
    assert "1 of 2 items could not be read" in str(data(result)["warnings"])
    assert "fieldValues.nodes[]" in str(data(result)["warnings"])


async def test_projects_of_one_number_are_told_apart_by_their_owner(use: Use, board: Project, world: World) -> None:
    acme = world.user("acme", "Organization")
    world.projects.append(Project(acme, 7, "Launch", items=[Item("PVTI_5", draft="Book a room")]))
    page = data(await use("list_project_items", owner="acme", project=7))
    assert (page["project"], len(page["items"])) == ("Launch", 1)


@pytest.mark.parametrize(("owner", "text"), [("octocat", "no project 99"), ("nobody", "no user or organisation")])
@pytest.mark.parametrize("tool", ["list_project_items", "set_project_field"])
async def test_a_missing_project_or_owner_is_not_found(
    use: Use, board: Project, tool: str, owner: str, text: str
) -> None:
    more = {} if tool == "list_project_items" else {"item": "octocat/hello#1", "field": "Status", "value": "Done"}
    error = failure(await use(tool, owner=owner, project=99, **more))
    assert (error.code, text in error.message) == ("RESOURCE_NOT_FOUND", True)


@pytest.mark.parametrize("query", [None, "is:open"])
@pytest.mark.parametrize("code", ["undefinedType", "undefinedField", "argumentNotAccepted"])
async def test_an_enterprise_server_without_projects_or_their_filter_is_named_as_the_reason(
    use: Use, github: ScriptedGitHub, query: str | None, code: str
) -> None:
    github.graphql = None
    reason = {"message": "No such type ProjectV2Owner", "extensions": {"code": code}}
    github.fault("POST", "/graphql", status=200, body={"errors": [reason]})
    error = failure(await use("list_project_items", **BOARD, query=query))
    assert error.code == "INVALID_INPUT"
    assert "This version of GitHub does not support this" in error.message


async def test_a_missing_scope_is_reported_in_githubs_words(use: Use, github: ScriptedGitHub) -> None:
    github.graphql = None
    text = "Your token has not been granted the required scopes: ['read:project']."
    github.fault("POST", "/graphql", status=200, body={"errors": [{"message": text, "type": "INSUFFICIENT_SCOPES"}]})
    error = failure(await use("list_project_items", **BOARD))
    assert (error.code, "read:project" in error.message) == ("PERMISSION_DENIED", True)


async def test_items_outside_the_allow_list_are_left_out_and_counted(use: Use, board: Project, world: World) -> None:
    others(world, board)
    result = await use("list_project_items", allowed="octocat/*", **BOARD)
    assert [row["title"] for row in rows(result)] == ["Bug", "Feature", "Write the docs"]
    assert data(result)["warnings"] == ["GITHUB_ALLOWED_REPOS leaves out 1 items of this page."]
    assert "total" not in data(result)


async def test_drafts_are_shown_only_if_every_repository_of_the_owner_is_allowed(use: Use, board: Project) -> None:
    result = await use("list_project_items", allowed="octocat/hello", **BOARD)
    assert [row["title"] for row in rows(result)] == ["Bug", "Feature"]
    error = failure(
        await use(
            "set_project_field", allowed="octocat/hello", **{**BOARD, "item": "PVTI_3"}, field="Status", value="Done"
        )
    )
    assert (error.code, board.items[2].values["Status"]) == ("PERMISSION_DENIED", "Todo")


@pytest.mark.parametrize("tool", ["list_project_items", "set_project_field"])
async def test_projects_of_an_owner_outside_the_allow_list_are_refused_without_a_request(
    use: Use, github: ScriptedGitHub, board: Project, tool: str
) -> None:
    more = {} if tool == "list_project_items" else {"item": "acme/web#1", "field": "Status", "value": "Done"}
    assert failure(await use(tool, allowed="acme/*", **BOARD, **more)).code == "PERMISSION_DENIED"
    assert github.requests == []


async def test_lockdown_withholds_titles_of_items_by_authors_without_push_access(
    connect: Connect, board: Project, world: World
) -> None:
    world.repositories["octocat/hello"].permissions = {"octocat": "admin"}
    async with connect(GITHUB_TOOLS="list_project_items", GITHUB_LOCKDOWN="true") as client:
        result = await client.call_tool("list_project_items", BOARD)
    assert [row["title"] for row in rows(result)] == ["(withheld)", "Feature", "Write the docs"]
    assert "1 text by authors without push access withheld" in data(result)["warnings"][0]


async def test_a_classic_token_without_project_scopes_is_not_offered_the_project_tools(
    connect: Connect, world: World
) -> None:
    world.scopes["ghp_testtoken"] = "repo, read:project"
    async with connect(GITHUB_TOOLS="list_project_items,set_project_field,get_issue") as client:
        await client.call_tool("get_issue", {**HELLO, "number": 99})
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert names == {"list_project_items", "get_issue"}
