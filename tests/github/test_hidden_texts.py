"""Hidden parts of Markdown texts: removed from results, counted in a warning, and preserved by writes."""

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
async def test_hidden_text_is_removed_from_bodies_comments_reviews_and_threads(
    call: Call, world: World, hello: Repository, way: str
) -> None:
    body = f"{SEEN}\n\n{MARKDOWN_WAYS[way]}"
    world.commit(hello, {"a.py": b"x = 1\n"}, "Work", branch="feature", start="main")
    there = world.pull(hello, "Feature", "feature", body)
    world.comment(there, body)
    assert there.pull
    there.pull.reviews.append(Review(1, world.user("mira"), "COMMENTED", body, 1.0, there.pull.head))
    result = await call("get_issue", **HELLO, number=there.number)
    thread = data(result)
    parts = [thread, thread["comments"][0], thread["pull_request"]["reviews"][0]]
    assert [part["body"].startswith(SEEN) for part in parts] == [True] * 3
    assert not shows_words(text(result))
    assert any("Left out: " in warning and "MCP_RAW_TEXT" in warning for warning in thread["warnings"])


async def test_titles_labels_and_files_are_not_treated_as_markdown(call: Call, world: World, hello: Repository) -> None:
    comment = "<!-- x --> [a](b 'c')"
    world.commit(hello, {"README.md": comment.encode()}, comment)
    world.issue(hello, comment, "", labels=["<!-- l -->"])
    row = rows(await call("list_issues", **HELLO))[0]
    assert (row["title"], row["labels"]) == (comment, ["<!-- l -->"])
    assert comment in text(await call("get_file", **HELLO, path="README.md"))
    assert data(await call("get_repository_info", **HELLO, readme_lines=9))["readme"] == comment


async def test_replacing_a_body_with_hidden_parts_needs_the_hidden_argument(
    call: Call, issue: Issue, github: ScriptedGitHub
) -> None:
    assert data(await call("get_issue", **HELLO, number=1))["body"] == SHOWN
    refused = failure(await call("update_issue", **HELLO, number=1, body="New"))
    assert refused.code == "CONFLICT"
    assert "2 comments" in refused.message
    assert "hidden=keep" in refused.message
    assert issue.body == TEMPLATE
    assert github.seen("PATCH") == []


async def test_hidden_keep_restores_hidden_parts_around_an_edit(call: Call, issue: Issue) -> None:
    edited = SHOWN.replace("It breaks.", "It breaks on Mondays.")
    result = data(await call("update_issue", **HELLO, number=1, body=edited, hidden="keep"))
    assert result["changed"] == ["body"]
    assert issue.body == TEMPLATE.replace("It breaks.", "It breaks on Mondays.")


async def test_hidden_drop_replaces_a_body_with_its_hidden_parts(call: Call, issue: Issue) -> None:
    await call("update_issue", **HELLO, number=1, body="New", hidden="drop")
    assert issue.body == "New"


async def test_writing_back_a_body_as_read_sends_no_request(call: Call, issue: Issue, github: ScriptedGitHub) -> None:
    result = data(await call("update_issue", **HELLO, number=1, body=SHOWN, hidden="keep"))
    assert result["changed"] == []
    assert github.seen("PATCH") == []


async def test_a_body_without_hidden_parts_is_replaced_directly(call: Call, issue: Issue) -> None:
    issue.body = "Plain, with `<!-- code -->`."
    await call("update_issue", **HELLO, number=1, body="New")
    assert issue.body == "New"


async def test_with_raw_text_bodies_are_read_and_written_as_markdown_source(connect: Connect, issue: Issue) -> None:
    async with connect(MCP_RAW_TEXT="true") as client:
        result = data(await client.call_tool("get_issue", {**HELLO, "number": 1}))
        await client.call_tool("update_issue", {**HELLO, "number": 1, "body": "New"})
    assert result["body"] == TEMPLATE
    assert "warnings" not in result
    assert issue.body == "New"


async def test_authors_who_are_not_insiders_are_shown_with_their_association(
    call: Call, world: World, hello: Repository, issue: Issue
) -> None:
    hello.associations |= {"mira": "NONE", "octocat": "OWNER", "rio": "MEMBER"}
    world.comment(issue, "Mine", author="octocat")
    world.comment(issue, "Ours", author="rio")
    world.comment(issue, "Theirs", author="mira")
    world.comment(issue, "Its", author="helper[bot]")
    thread = data(await call("get_issue", **HELLO, number=1))
    assert thread["association"] == "none"
    authors = [(each["author"], each.get("association")) for each in thread["comments"]]
    assert authors == [("octocat", None), ("rio", None), ("mira", "none"), ("helper[bot]", "bot")]
