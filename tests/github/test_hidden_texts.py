"""What GitHub's pages do not show is left out of what is read, counted, and kept through writes."""

import pytest
from github_calls import HELLO, Call, Connect, rows
from github_world import Issue, Repository, Review, World
from hidden_texts import MARKDOWN_WAYS, SEEN, shows_words
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

TEMPLATE = "<!-- Describe the bug. -->\n\n## What happened?\n\nIt breaks. <!-- id: 7 -->\n"
SHOWN = "\n## What happened?\n\nIt breaks. \n"


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


@pytest.fixture
def issue(world: World, hello: Repository) -> Issue:
    return world.issue(hello, "It breaks", TEMPLATE, author="mira")


@pytest.mark.parametrize("way", MARKDOWN_WAYS)
async def test_hidden_words_reach_nobody_through_bodies_comments_reviews_and_threads(
    call: Call, world: World, hello: Repository, way: str
) -> None:
    body = f"{SEEN}\n\n{MARKDOWN_WAYS[way]}"
    world.commit(hello, {"a.py": b"x = 1\n"}, "Work", branch="feature", start="main")
    there = world.pull(hello, "Feature", "feature", body)
    world.comment(there, body)
    assert there.pull
    there.pull.reviews.append(Review(1, world.user("mira"), "COMMENTED", body, 1.0, there.pull.head))
    told = await call("get_issue", **HELLO, number=there.number)
    thread = data(told)
    parts = [thread, thread["comments"][0], thread["pull_request"]["reviews"][0]]
    assert [part["body"].startswith(SEEN) for part in parts] == [True] * 3
    assert not shows_words(text(told))
    assert any("Left out: " in warning and "MCP_RAW_TEXT" in warning for warning in thread["warnings"])


async def test_titles_labels_and_files_are_no_markdown_and_stay_as_they_are(
    call: Call, world: World, hello: Repository
) -> None:
    comment = "<!-- x --> [a](b 'c')"
    world.commit(hello, {"README.md": comment.encode()}, comment)
    world.issue(hello, comment, "", labels=["<!-- l -->"])
    row = rows(await call("list_issues", **HELLO))[0]
    assert (row["title"], row["labels"]) == (comment, ["<!-- l -->"])
    assert comment in text(await call("get_file", **HELLO, path="README.md"))
    assert data(await call("get_repository_info", **HELLO, readme_lines=9))["readme"] == comment


async def test_a_body_with_hidden_parts_is_not_replaced_without_a_word(
    call: Call, issue: Issue, github: ScriptedGitHub
) -> None:
    assert data(await call("get_issue", **HELLO, number=1))["body"] == SHOWN
    refused = failure(await call("update_issue", **HELLO, number=1, body="New"))
    assert refused.code == "CONFLICT"
    assert "2 comments" in refused.message
    assert "hidden=keep" in refused.message
    assert issue.body == TEMPLATE
    assert github.seen("PATCH") == []


async def test_hidden_parts_are_put_back_around_an_edit(call: Call, issue: Issue) -> None:
    edited = SHOWN.replace("It breaks.", "It breaks on Mondays.")
    told = data(await call("update_issue", **HELLO, number=1, body=edited, hidden="keep"))
    assert told["changed"] == ["body"]
    assert issue.body == TEMPLATE.replace("It breaks.", "It breaks on Mondays.")


async def test_hidden_parts_are_lost_only_when_that_is_said(call: Call, issue: Issue) -> None:
    await call("update_issue", **HELLO, number=1, body="New", hidden="drop")
    assert issue.body == "New"


async def test_writing_what_was_read_changes_nothing(call: Call, issue: Issue, github: ScriptedGitHub) -> None:
    told = data(await call("update_issue", **HELLO, number=1, body=SHOWN, hidden="keep"))
    assert told["changed"] == []
    assert github.seen("PATCH") == []


async def test_a_body_without_hidden_parts_is_replaced_as_ever(call: Call, issue: Issue) -> None:
    issue.body = "Plain, with `<!-- code -->`."
    await call("update_issue", **HELLO, number=1, body="New")
    assert issue.body == "New"


async def test_a_server_of_raw_texts_shows_and_writes_sources(connect: Connect, issue: Issue) -> None:
    async with connect(MCP_RAW_TEXT="true") as client:
        told = data(await client.call_tool("get_issue", {**HELLO, "number": 1}))
        await client.call_tool("update_issue", {**HELLO, "number": 1, "body": "New"})
    assert told["body"] == TEMPLATE
    assert "warnings" not in told
    assert issue.body == "New"


async def test_authors_from_outside_have_their_standing_beside_their_name(
    call: Call, world: World, hello: Repository, issue: Issue
) -> None:
    hello.associations |= {"mira": "NONE", "octocat": "OWNER", "rio": "MEMBER"}
    world.comment(issue, "Mine", author="octocat")
    world.comment(issue, "Ours", author="rio")
    world.comment(issue, "Theirs", author="mira")
    world.comment(issue, "Its", author="helper[bot]")
    thread = data(await call("get_issue", **HELLO, number=1))
    assert thread["association"] == "none"
    told = [(each["author"], each.get("association")) for each in thread["comments"]]
    assert told == [("octocat", None), ("rio", None), ("mira", "none"), ("helper[bot]", "bot")]
