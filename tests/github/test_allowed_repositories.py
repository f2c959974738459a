"""The allow-list: no tool, search, resource, prompt or completion reads, changes or reveals other repositories."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from github_calls import Connect, rows
from github_mcp.allowed_repositories import AllowedRepositories
from github_world import World
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import PermissionDenied
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

SECRET = "launch-codes"
INSIDE = {"owner": "acme", "repo": "web"}
OUTSIDE = {"owner": "evil", "repo": "vault"}
NAMES = [
    ("evil", "vault"),
    ("EVIL", "Vault"),
    ("acme", "vault"),
    ("acme-evil", "web"),
    ("acme", "../evil/vault"),
    ("acme/..", "vault"),
    ("..", "vault"),
    ("acme", "web/../../evil/vault"),
    ("acme", "web%2f..%2f..%2fevil%2fvault"),
    ("acme%2f..%2fevil", "vault"),
    ("acme", "moved"),
    ("acme", "Moved"),
    ("acme", "web?x=evil/vault"),
    ("acme", "web#evil"),
    ("acme ", "web"),
    ("acme", "web-private"),
]
QUERIES = [
    f"{SECRET} repo:evil/vault",
    f"{SECRET} REPO:evil/vault",
    f"{SECRET} org:evil",
    f"{SECRET} user:evil",
    f"{SECRET} fork:true user:evil",
    f"{SECRET} OR repo:evil/vault",
    f"({SECRET} user:evil)",
    f"{SECRET} -repo:acme/web user:evil",
    f'{SECRET} "unfinished repo:evil/vault',
    f"{SECRET} repo :evil/vault",
    f"{SECRET}\trepo:evil/vault",
    f"{SECRET} NOT x OR {SECRET}",
    f"{SECRET}",
]


@pytest.fixture
def restricted(world: World) -> World:
    """A GitHub with acme/web and acme/docs, which are allowed, and three other repositories, one of them renamed."""
    for name in ("acme/web", "acme/docs", "evil/vault", "acme/web-private", "acme/moved"):
        inside = name in ("acme/web", "acme/docs")
        repository = world.repository(name, description="shared words" if inside else SECRET, stars=5)
        world.commit(repository, {"README.md": f"{'shared words' if inside else SECRET}\n".encode()})
        world.issue(repository, "shared words" if inside else SECRET, SECRET if not inside else "plain")
    world.rename("acme/moved", "evil/moved")
    return world


@pytest.fixture
async def client(connect: Connect, restricted: World) -> AsyncGenerator[Client]:
    async with connect(GITHUB_ALLOWED_REPOS="acme/web, Acme/D*") as restricted_client:
        yield restricted_client


def _of_repository(tool: str, owner: str, repo: str) -> dict[str, Any]:
    more: dict[str, dict[str, Any]] = {
        "get_issue": {"number": 1},
        "create_issue": {"title": "T", "body": "B"},
        "add_issue_comment": {"number": 1, "body": "B"},
        "update_issue": {"number": 1, "state": "closed"},
        "get_pull_request_diff": {"pr_number": 1},
        "get_file": {"path": "README.md"},
    }
    return {"owner": owner, "repo": repo, **more.get(tool, {})}


OF_A_REPOSITORY = [
    "get_repository_info",
    "list_issues",
    "get_issue",
    "create_issue",
    "add_issue_comment",
    "update_issue",
    "get_pull_request_diff",
    "get_file",
]


@pytest.mark.parametrize(("owner", "repo"), NAMES)
async def test_no_spelling_of_a_name_reaches_a_repository_outside_the_allow_list(
    client: Client, restricted: World, owner: str, repo: str
) -> None:
    for tool in OF_A_REPOSITORY:
        result = await client.call_tool(tool, _of_repository(tool, owner, repo))
        assert failure(result).code in {"PERMISSION_DENIED", "INVALID_INPUT"}, tool
        assert SECRET not in text(result)
    outside = [each for name, each in restricted.repositories.items() if name not in ("acme/web", "acme/docs")]
    assert [len(each.issues) for each in outside if each.name != "hello"] == [1, 1, 1]
    assert all(issue.state == "open" and not issue.comments for each in outside for issue in each.issues.values())


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("tool", ["search_repositories", "search_code", "list_issues"])
async def test_no_query_finds_or_counts_results_outside_the_allow_list(client: Client, tool: str, query: str) -> None:
    where = INSIDE if tool == "list_issues" else {}
    result = await client.call_tool(tool, {"query": query, **where})
    if result.is_error:
        assert failure(result).code in {"PERMISSION_DENIED", "INVALID_INPUT"}
    else:
        assert data(result)["items"] == []
        assert "total" not in data(result) or data(result)["total"] == 0


async def test_searches_find_allowed_repositories(client: Client) -> None:
    found = rows(await client.call_tool("search_repositories", {"query": "shared"}))
    code = data(await client.call_tool("search_code", {"query": "shared"}))
    assert sorted(row["full_name"] for row in found) == ["acme/docs", "acme/web"]
    assert sorted(hit["repository"] for hit in code["items"]) == ["acme/docs", "acme/web"]


async def test_own_repositories_outside_the_allow_list_are_not_listed(client: Client) -> None:
    assert rows(await client.call_tool("search_repositories", {})) == []


async def test_allowed_repositories_are_read_and_written(client: Client) -> None:
    assert data(await client.call_tool("get_repository_info", INSIDE))["full_name"] == "acme/web"
    assert rows(await client.call_tool("list_issues", {"owner": "ACME", "repo": "Web"}))[0]["number"] == 1
    assert data(await client.call_tool("create_issue", {**INSIDE, "title": "T", "body": "B"}))["number"] == 2


async def test_a_repository_outside_the_allow_list_is_refused_without_a_request(
    client: Client, github: ScriptedGitHub
) -> None:
    for tool in OF_A_REPOSITORY:
        await client.call_tool(tool, _of_repository(tool, **OUTSIDE))
    assert github.requests == []


async def test_a_cursor_of_another_server_or_query_does_not_bypass_the_allow_list(
    client: Client, connect: Connect, world: World
) -> None:
    """Cursors of another query, and of a server without the list."""
    for number in range(30):
        world.repository(f"evil/part{number}", description=SECRET)
    keys = {"MCP_STATE_KEYS": "k" * 32}
    async with connect(**keys) as free, connect(**keys, GITHUB_ALLOWED_REPOS="acme/web") as restricted_client:
        arguments = {"query": SECRET, "max_results": 5}
        cursor = data(await free.call_tool("search_repositories", arguments))["next_cursor"]
        replayed = await restricted_client.call_tool("search_repositories", {**arguments, "cursor": cursor})
        other = await restricted_client.call_tool("search_repositories", {"query": "words", "cursor": cursor})
    assert data(replayed)["items"] == []
    assert "total" not in data(replayed)
    assert failure(other).code == "INVALID_INPUT"


@pytest.mark.parametrize(
    "uri",
    [
        "github://evil/vault/contents/README.md",
        "github://EVIL/Vault/contents/README.md",
        "github://acme/moved/contents/README.md",
        "github://acme/web%2F..%2F..%2Fevil/contents/vault",
        "github://acme/web/contents/..%2F..%2F..%2Fevil/vault/contents/README.md",
        "github://evil/vault/issues/1",
        "github://acme/moved/issues/1",
    ],
)
async def test_no_resource_uri_reaches_a_repository_outside_the_allow_list(client: Client, uri: str) -> None:
    with pytest.raises(MCPError) as refused:
        await client.read_resource(uri)
    assert SECRET not in str(refused.value)


async def test_a_comparison_names_repositories_outside_the_allow_list_as_refused(client: Client) -> None:
    prompt = await client.get_prompt("compare_repositories", {"repos": "acme/web, evil/vault"})
    shown = str(prompt.messages[0].content)
    assert '"full_name":"acme/web"' in shown
    assert "evil/vault: This repository is outside GITHUB_ALLOWED_REPOS" in shown
    assert SECRET not in shown


async def test_completions_suggest_nothing_of_repositories_outside_the_allow_list(client: Client) -> None:
    from mcp_types import ResourceTemplateReference

    reference = ResourceTemplateReference(uri="github://{owner}/{repo}/issues/{number}")
    result = await client.complete(
        reference, {"name": "number", "value": ""}, context_arguments={"owner": "evil", "repo": "vault"}
    )
    assert result.completion.values == []


def test_a_glob_for_the_owner_adds_no_qualifier_to_a_query() -> None:
    allowed = AllowedRepositories(["*/docs"])
    assert allowed.narrowed("words") == "words"
    assert allowed.allows("anyone/docs")
    assert not allowed.allows("anyone/code")


def test_the_allow_list_adds_repo_and_user_qualifiers_to_a_query() -> None:
    allowed = AllowedRepositories(["acme/web", "acme/d*", "other/*"])
    assert allowed.narrowed("words") == "words repo:acme/web user:acme user:other"


def test_qualifiers_inside_a_quoted_phrase_are_not_refused() -> None:
    assert AllowedRepositories(["acme/web"]).narrowed('"repo:x OR (y"') == '"repo:x OR (y" repo:acme/web'


def test_the_refusal_says_who_can_change_the_list() -> None:
    with pytest.raises(PermissionDenied, match="only the person who runs the server"):
        AllowedRepositories(["acme/web"]).check("evil/vault")


@pytest.mark.parametrize("query", ["a OR b", "NOT a", "(a b)", 'a "b', "a repo:acme/web", "a\tuser:x", "-org:acme"])
def test_syntax_that_could_widen_a_search_is_refused(query: str) -> None:
    with pytest.raises(PermissionDenied, match="searches only the repositories of GITHUB_ALLOWED_REPOS"):
        AllowedRepositories(["acme/web"]).narrowed(query)


@pytest.mark.parametrize("query", ["a or b", "ORDER BY", "NOTE", "reports", 'a "b (c" d', "info:x"])
def test_words_that_resemble_operators_are_not_refused(query: str) -> None:
    assert AllowedRepositories(["acme/web"]).narrowed(query) == f"{query} repo:acme/web"


def test_an_allow_list_of_more_than_twenty_entries_adds_no_qualifiers() -> None:
    twenty = [f"acme/r{number}" for number in range(20)]
    assert AllowedRepositories(twenty).narrowed("x").count("repo:") == 20
    assert AllowedRepositories([*twenty, "acme/last"]).narrowed("x") == "x"


async def test_a_search_in_one_repository_with_or_is_refused(client: Client, github: ScriptedGitHub) -> None:
    result = await client.call_tool("list_issues", {**INSIDE, "query": f"shared OR {SECRET}"})
    assert failure(result).code == "PERMISSION_DENIED"
    assert github.seen("GET", "/search/issues") == []
