"""Conformity to GitHub's descriptions: all requests of the tools are valid, and all example responses are parsed."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from github_graphql import GraphQLDescription
from github_mcp.server import SERVER
from github_openapi import Description
from github_peopled import ENVIRONMENT, peopled
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mcp_chassis.testing import connected, failure
from mcp_types import CallToolResult
from schema_arguments import arguments
from scripted_github import ScriptedGitHub
from volume import in_volume, volume

BASE = "/repos/{owner}/{repo}"
NAMED: dict[str, st.SearchStrategy[Any]] = {
    "owner": st.sampled_from(["octocat", "OctoCat", "acme", "a" * 39]),
    "repo": st.sampled_from(["hello", "Hello", "other", "a.b_c-d"]),
    "number": st.sampled_from([1, 2, 3, 5, 999_999_999]),
    "pr_number": st.sampled_from([1, 2, 999_999_999]),
    "job_id": st.integers(1, 2**62),
    "path": st.sampled_from(["", "README.md", "src", "src/app.py", "nö/ä b?#%.txt", "/src/"]),
    "ref": st.sampled_from(["main", "feature", "topic/one", "v1.0", "0" * 40, "ümlaut"]),
    "query": st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60)
    | st.sampled_from(["bug", "label:bug", "author:octocat", "is:open x", '"a phrase"', "Ünïcode", "a&b=c#d"]),
    "language": st.sampled_from(["Python", "C++", "C#", "Jupyter Notebook"]),
    "title": st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=80),
    "body": st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200),
    "head": st.sampled_from(["feature", "nothing"]),
    "base": st.sampled_from(["main", "nothing"]),
}
LEFT_OUT = frozenset({"cursor", "idempotency_key", "confirm"})
CHOSEN = {
    **NAMED,
    "labels": st.lists(NAMED["title"], max_size=3),
    "assignees": st.just(["octocat"]),
    "id": st.just("1"),
    "names": st.lists(st.sampled_from(["octocat/hello", "octocat/none", "x/y"]), min_size=1, max_size=3),
    "thread_id": st.sampled_from(["PRRT_1", "PRRT_2", "PRRT_none"]),
    "comment_id": st.sampled_from([1, 11, 12, 21]),
    "branch": st.sampled_from(["main", "feature", "new/branch", "ümlaut"]),
    "start_branch": st.sampled_from(["main", "feature", "nothing"]),
    "base64": st.binary(max_size=50).map(lambda content: base64.b64encode(content).decode()),
    "old": st.sampled_from(["print()", "print", "nothing"]),
    "content": NAMED["body"],
    "address": st.sampled_from(
        [
            "https://github.com/octocat/hello/issues/1#issuecomment-21",
            "https://github.com/octocat/hello/pull/2#discussion_r11",
            "https://github.com/octocat/hello/pull/2#pullrequestreview-1",
            "https://github.com/octocat/hello/pull/9/files#r1",
        ]
    ),
    "reply_to": st.sampled_from(["DC_1", "DC_none"]),
    "text": NAMED["title"],
    "project": st.sampled_from([7, 8]),
    "item": st.sampled_from(["octocat/hello#1", "octocat/hello#2", "PVTI_1", "PVTI_2", "PVTI_none", "acme/other#1"]),
    "field": st.sampled_from(["Status", "estimate", "Nothing"]),
    "value": st.sampled_from(
        ["", "Done", "2.5", "Bug", "v1", "spam", "too heated", "1", "#2", "octocat/hello#2", "acme/other#1"]
    ),
}
EXAMPLES_PER_TOOL = volume(100, share=0.25)


EVERY_TOOL = [tool.__name__ for tool in SERVER.every_tool]
ASKS_ONE_THING = {"get_account", "mark_notification_done"}
VERSIONS = {"api.github.com": "", "ghes-3.17": "/api/v3", "ghes-3.19": "/api/v3"}


@in_volume
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EVERY_TOOL)
async def test_every_request_of_every_tool_conforms_to_githubs_description(
    published: Callable[[str], Description], graphql: GraphQLDescription, version: str, name: str
) -> None:
    """Random arguments that the schema allows; REST and GraphQL requests and responses are checked."""
    description, prefix = published(version), VERSIONS[version]
    github = ScriptedGitHub(peopled(), description=description, graphql=graphql, prefix=prefix, with_examples=True)
    environment = {**ENVIRONMENT, "GITHUB_TOOLS": name}
    async with github.serving(), connected(SERVER, env={**environment, "GITHUB_API_URL": github.url}) as client:
        tool = (await client.list_tools()).tools[0]
        for chosen in choices(tool.input_schema):
            result = await client.call_tool(name, chosen)
            if is_question(result):
                result = await client.call_tool(name, {**chosen, "confirm": failure(result).details["confirm"]})
            assert github.problems == [], chosen
            assert "INTERNAL_ERROR" not in str(result.content), chosen
    if name not in ASKS_ONE_THING:
        assert len({(request.path, *request.query, request.body) for request in github.requests}) > 1


def is_question(result: CallToolResult) -> bool:
    return bool(result.is_error) and failure(result).code == "CONFIRMATION_REQUIRED"


def choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Reproducible random values for an input schema."""
    chosen: list[dict[str, Any]] = []

    @settings(
        max_examples=EXAMPLES_PER_TOOL,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        derandomize=True,
        database=None,
    )
    @given(arguments(schema, CHOSEN, left_out=LEFT_OUT))
    def choose(some: dict[str, Any]) -> None:
        chosen.append(some)

    choose()
    return chosen


async def test_the_openapi_check_finds_invalid_requests_and_responses(description: Description) -> None:
    """Control of the check itself: it must find faults."""
    wrong: list[tuple[str, str, list[tuple[str, str]], bytes]] = [
        ("GET", "/repos/o/r/nothing", [], b""),
        ("GET", "/repos/o/r/issues", [("per_page", "101")], b""),
        ("GET", "/repos/o/r/issues", [("state", "merged")], b""),
        ("GET", "/repos/o/r/issues", [("kind", "pr")], b""),
        ("GET", "/repos/o/r/issues/x", [], b""),
        ("GET", "/search/issues", [], b""),
        ("GET", "/search/issues", [("q", "x"), ("sort", "stars")], b""),
        ("POST", "/repos/o/r/issues", [], b"{}"),
        ("POST", "/repos/o/r/issues", [], b'{"title":"x","label":["bug"]}'),
        ("PATCH", "/repos/o/r/issues/1", [], b'{"state":"merged"}'),
        ("DELETE", "/user", [], b""),
    ]
    assert [case for case in wrong if not description.request_faults(*case)] == []
    assert description.answer_faults("GET", "/repos/o/r/issues/1", 200, "application/json", b'{"number":"1"}')
    assert description.answer_faults("GET", "/repos/o/r/issues", 418, "application/json", b"{}")


CONTENTS = ["file", "directory", "symlink", "submodule"]


async def test_the_graphql_check_finds_invalid_queries(graphql: GraphQLDescription) -> None:
    wrong: list[dict[str, Any]] = [
        {"query": "query { nothing }", "variables": {}},
        {"query": "query($n: Int!) { viewer { login } }", "variables": {"n": 1}},
        {"query": "query($n: Int!) { viewer { repositories(first: $n) { totalCount } } }", "variables": {"n": "1"}},
        {"query": "query { viewer { login } }", "variables": {"left": 1}},
    ]
    assert [case for case in wrong if not graphql.faults(case)] == []


async def test_every_kind_of_content_in_githubs_examples_is_read(description: Description) -> None:
    path = f"{BASE}/contents/{{path}}"
    github = ScriptedGitHub(peopled())
    names_read: list[str] = []
    async with (
        github.serving(),
        connected(SERVER, env={**ENVIRONMENT, "GITHUB_API_URL": github.url}) as client,
    ):
        for name, example in description.examples("GET", path):
            shown = (
                {**example, "content": "IyBSZWFkbWUK"} if "-a-file" in name else example
            )  # the content in GitHub's example is not base64
            github.fault("GET", ".*/contents/.*", status=200, body=shown)
            arguments_ = {"owner": "o", "repo": "r", "path": name}
            result = await client.call_tool("get_file", arguments_)
            assert not result.is_error, name
            names_read.append(name)
    assert all(any(kind in name for name in names_read) for kind in CONTENTS)
