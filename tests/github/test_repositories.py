"""Tools that search repositories and read the overview of one."""

from typing import Any

import pytest
from github_calls import HELLO, Call, rows
from github_mcp.models.repositories import Overview, commit_line, language_shares, release_line
from github_mcp.records.repositories import CommitRecord, ReleaseRecord, RepositoryRecord
from github_world import Release, World
from mcp.client import Client
from mcp_chassis.http.records import read_record
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub


async def test_a_search_gives_rows_with_description_stars_language_and_last_push(client: Client, world: World) -> None:
    world.repository("acme/atlas", description="Maps", language="Go", stars=9, forks=2, topics=["maps"])
    result = await client.call_tool("search_repositories", {"query": "maps"})
    assert rows(result) == [
        {
            "full_name": "acme/atlas",
            "description": "Maps",
            "language": "Go",
            "stars": 9,
            "forks": 2,
            "topics": ["maps"],
            "updated_at": "2026-11-18",
        }
    ]
    assert data(result)["total"] == 1
    assert data(result)["url"] == "https://github.com/{full_name}"


async def test_a_search_with_a_language_finds_only_this_language(client: Client, world: World) -> None:
    world.repository("acme/one", description="tool", language="C++")
    world.repository("acme/two", description="tool", language="Go")
    result = await client.call_tool("search_repositories", {"query": "tool", "language": "C++"})
    assert [row["full_name"] for row in rows(result)] == ["acme/one"]


async def test_a_language_that_contains_a_qualifier_is_refused(client: Client, github: ScriptedGitHub) -> None:
    result = await client.call_tool("search_repositories", {"query": "tool", "language": 'Go" user:evil "'})
    assert failure(result).code == "INVALID_INPUT"
    assert github.requests == []


async def test_without_a_query_own_repositories_are_listed_newest_push_first(client: Client, world: World) -> None:
    world.repository("octocat/old", updated=1.0)
    world.repository("octocat/new", updated=2e9, private=True)
    world.repository("acme/other", updated=3e9)
    result = await client.call_tool("search_repositories", {})
    assert [row["full_name"] for row in rows(result)] == ["octocat/new", "octocat/hello", "octocat/old"]


async def test_without_a_query_affiliation_selects_own_organisation_or_shared_repositories(
    client: Client, world: World
) -> None:
    world.repository("acme/ours", updated=3e9)
    world.repository("friend/shared", updated=2e9, readers={"octocat"})
    world.repository("stranger/public", updated=4e9)
    world.members["acme"] = {"octocat"}
    found = {}
    for affiliation in (None, "owner", "collaborator", "organization_member"):
        result = await client.call_tool("search_repositories", {"affiliation": affiliation})
        found[affiliation] = [row["full_name"] for row in rows(result)]
    assert found == {
        None: ["acme/ours", "friend/shared", "octocat/hello"],
        "owner": ["octocat/hello"],
        "collaborator": ["friend/shared"],
        "organization_member": ["acme/ours"],
    }


async def test_affiliation_with_a_query_is_refused(client: Client, github: ScriptedGitHub) -> None:
    result = await client.call_tool("search_repositories", {"query": "hello", "affiliation": "owner"})
    assert failure(result).code == "INVALID_INPUT"
    assert github.requests == []


async def test_best_match_sends_no_sort_parameter(client: Client, github: ScriptedGitHub) -> None:
    await client.call_tool("search_repositories", {"query": "hello", "sort": "best-match"})
    assert [name for name, _ in github.requests[0].query] == ["q", "per_page"]


async def test_every_repository_is_found_once_by_following_the_cursor(client: Client, world: World) -> None:
    for number in range(25):
        world.repository(f"acme/part-{number}", description="engine part", stars=number)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        result = await client.call_tool("search_repositories", {"query": "engine", "max_results": 10, **cursor})
        seen += [row["full_name"] for row in rows(result)]
        if "next_cursor" not in data(result):
            break
        cursor = {"cursor": data(result)["next_cursor"]}
    assert sorted(seen) == sorted(f"acme/part-{number}" for number in range(25))


async def test_a_search_beyond_the_thousandth_result_advises_to_narrow_the_query(
    client: Client, github: ScriptedGitHub
) -> None:
    message = "Only the first 1000 search results are available"
    github.fault("GET", "/search/repositories", status=422, body={"message": message, "documentation_url": "x"})
    error = failure(await client.call_tool("search_repositories", {"query": "hello"}))
    assert error.code == "INVALID_INPUT"
    assert "Narrow the query" in error.message


async def test_a_search_that_github_stopped_early_gives_a_warning(client: Client, github: ScriptedGitHub) -> None:
    body = {"total_count": 0, "incomplete_results": True, "items": []}
    github.fault("GET", "/search/repositories", status=200, body=body)
    page = data(await client.call_tool("search_repositories", {"query": "hello"}))
    assert page["warnings"] == [
        "GitHub stopped this search at its time limit, so results may be missing. Narrow the query."
    ]


async def test_a_search_without_single_sign_on_warns_of_organisations_left_out(
    client: Client, github: ScriptedGitHub
) -> None:
    body = {"total_count": 0, "incomplete_results": False, "items": []}
    headers = {"X-GitHub-SSO": "partial-results; organizations=21955855"}
    github.fault("GET", "/search/repositories", status=200, body=body, headers=headers)
    page = data(await client.call_tool("search_repositories", {"query": "hello"}))
    assert page["warnings"] == ["Results of organisations that require single sign-on for this token are left out."]


async def test_a_repository_is_read_with_all_its_parts(client: Client, world: World) -> None:
    repository = world.repositories["octocat/hello"]
    repository.licence, repository.topics, repository.stars = "MIT", ["demo"], 12
    repository.languages = {"Python": 985, "Shell": 15}
    repository.releases.append(Release(5, "v1.0", "One", "", world.user("octocat"), 1_790_000_000.0))
    overview = data(await client.call_tool("get_repository_info", {**HELLO, "readme_lines": 1}))
    sha = repository.branches["main"][:7]
    assert overview == {
        "full_name": "octocat/hello",
        "description": "My first repository",
        "stars": 12,
        "forks": 0,
        "open_issues": 0,
        "default_branch": "main",
        "created_at": "2026-11-18",
        "updated_at": "2026-11-18",
        "license": "MIT",
        "topics": ["demo"],
        "languages": {"Python": 98.5, "Shell": 1.5},
        "latest_release": "v1.0 2026-09-21",
        "commits": [f"{sha} 2026-11-18 octocat: First"],
        "readme": "# Hello\n[more: get_file README.md from line 2]",
    }


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, {}),
        ({"private": True}, {"private": True}),
        ({"archived": True}, {"archived": True}),
        ({"disabled": True}, {"disabled": True}),
        ({"private": False, "archived": False, "disabled": False, "topics": []}, {}),
        ({"has_issues": False}, {"issues_disabled": True}),
        ({"topics": ["b", "a"]}, {"topics": ["b", "a"]}),
        ({"license": {"spdx_id": "MIT", "name": "MIT License"}}, {"license": "MIT"}),
        ({"license": {"spdx_id": "NOASSERTION", "name": "Other"}}, {"license": "Other"}),
        ({"license": {"spdx_id": None, "name": "Own"}}, {"license": "Own"}),
        ({"license": {"spdx_id": "NOASSERTION", "name": ""}}, {}),
        ({"license": None}, {}),
    ],
)
def test_an_overview_has_the_fields_that_differ_from_an_ordinary_repository(
    fields: dict[str, Any], shown: dict[str, Any]
) -> None:
    record = read_record({"full_name": "a/b", **fields}, RepositoryRecord, upstream="GitHub", operation="read it")
    found = Overview.from_record(record).model_dump(exclude_none=True)
    counts = ("stars", "forks", "open_issues", "default_branch", "full_name")
    assert {name: value for name, value in found.items() if name not in counts} == shown


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"tag_name": "v1", "draft": True, "published_at": "2026-01-01T00:00:00Z"}, "v1 draft"),
        ({"tag_name": "v1", "created_at": "2026-02-01T00:00:00Z"}, "v1 2026-02-01"),
        (
            {"tag_name": "v1", "created_at": "2026-02-01T00:00:00Z", "published_at": "2026-03-01T00:00:00Z"},
            "v1 2026-03-01",
        ),
        ({"tag_name": "v1"}, "v1"),
    ],
)
def test_a_release_is_one_line_of_its_tag_and_its_day(fields: dict[str, Any], line: str) -> None:
    assert release_line(read_record(fields, ReleaseRecord, upstream="GitHub", operation="read it")) == line


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"author": {"login": "mira"}, "commit": {"author": {"name": "Mira"}}}, "mira"),
        ({"commit": {"author": {"name": "Mira"}}}, "Mira"),
        ({"author": {"login": ""}, "commit": {"author": {"name": "Mira"}}}, "Mira"),
        ({}, "ghost"),
    ],
)
def test_a_commit_is_named_after_its_account_else_its_author(fields: dict[str, Any], line: str) -> None:
    commit = {"message": "First\n\nMore", **fields.pop("commit", {})}
    record = read_record({"sha": "a" * 40, "commit": commit, **fields}, CommitRecord, upstream="GitHub", operation="x")
    assert commit_line(record).split() == ["aaaaaaa", f"{line}:", "First"]


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ({"Go": 1}, {"Go": 100.0}),
        ({"Go": 9996, "C": 4}, {"Go": 100.0}),
        ({"Go": 999, "C": 1}, {"Go": 99.9, "C": 0.1}),
        ({}, {}),
        ({"Go": 0}, {}),
    ],
)
def test_languages_are_shown_in_per_cent_from_a_tenth_on(sizes: dict[str, int], shares: dict[str, float]) -> None:
    assert language_shares(sizes) == shares


async def test_a_readme_of_megabytes_is_not_shown_and_refers_to_get_file(client: Client, world: World) -> None:
    world.commit(world.repositories["octocat/hello"], {"README.md": b"x" * 1_100_000})
    overview = data(await client.call_tool("get_repository_info", {**HELLO, "readme_lines": 5}))
    assert overview["readme"] == "README.md is too large to be shown here; read it with get_file."


async def test_parts_that_fail_are_left_out_and_named_in_a_warning(client: Client, github: ScriptedGitHub) -> None:
    github.fault("GET", ".*/languages", status=403, body={"message": "no"})
    overview = data(await client.call_tool("get_repository_info", HELLO))
    assert "languages" not in overview
    assert overview["warnings"] == [
        ('The languages could not be read: GitHub does not allow this. GitHub says: "no". Do not retry.')
    ]


async def test_an_empty_repository_has_no_commits_and_no_warning(client: Client, world: World) -> None:
    world.repository("octocat/empty")
    overview = data(await client.call_tool("get_repository_info", {"owner": "octocat", "repo": "empty"}))
    assert "commits" not in overview
    assert "warnings" not in overview


async def test_a_renamed_repository_is_read_under_its_new_name(client: Client, world: World) -> None:
    world.rename("octocat/hello", "octocat/world")
    assert data(await client.call_tool("get_repository_info", HELLO))["full_name"] == "octocat/world"


async def test_a_missing_repository_is_reported_as_missing_or_hidden(client: Client) -> None:
    error = failure(await client.call_tool("get_repository_info", {"owner": "octocat", "repo": "nothing"}))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert error.message == "GitHub did not find this: it is missing or hidden from this token. Check the names."


async def test_the_parts_of_a_repository_are_requested_concurrently(client: Client, github: ScriptedGitHub) -> None:
    github.latency = 0.05
    await client.call_tool("get_repository_info", {**HELLO, "readme_lines": 5})
    last_start = max(request.started for request in github.requests)
    assert len(github.requests) == 5
    assert all(last_start < request.ended for request in github.requests)


async def test_an_invalid_repository_name_is_refused_without_a_request(
    client: Client, github: ScriptedGitHub, call: Call
) -> None:
    wrong = [("../../user", "x"), ("o", ".."), ("o", "a/b"), ("o", "a%2fb"), ("", "x"), ("o", "x?y"), ("-o", "x")]
    for owner, repo in wrong:
        assert failure(await call("get_repository_info", owner=owner, repo=repo)).code == "INVALID_INPUT"
    assert github.requests == []
