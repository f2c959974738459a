"""Single comments: reading one by its URL, editing and deleting own ones."""

import pytest
from github_calls import HELLO, Connect, Use, call_agreed
from github_mcp.comment_addresses import comment_address, is_at
from github_world import Comment, Repository, Review, Thread, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

PAGE = "https://github.com/octocat/hello"


@pytest.fixture
def hello(world: World) -> Repository:
    """A repository with issue 1, comments 11 by octocat and 12 by mira, and pull request 2 with a review."""
    repository = world.repositories["octocat/hello"]
    issue = world.issue(repository, "Bug")
    issue.comments = [Comment(11, world.user("octocat"), "Mine", 1.0), Comment(12, world.user("mira"), "Hers", 2.0)]
    world.commit(repository, {"a.py": b"1\n"}, branch="feature")
    pull = world.pull(repository, "Feature", "feature").pull
    assert pull
    pull.threads.append(Thread("PRRT_1", "a.py", 7, [Comment(31, world.user("octocat"), "Why?", 1.0)]))
    pull.reviews.append(Review(41, world.user("mira"), "APPROVED", "Fine", 1.0, pull.head))
    return repository


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/issues/1#issuecomment-12", {"comment_id": 12, "author": "mira", "body": "Hers"}),
        ("/pull/2#discussion_r31", {"comment_id": 31, "path": "a.py", "line": 7, "body": "Why?"}),
        ("/pull/2/files#r31", {"comment_id": 31, "path": "a.py", "line": 7}),
        ("/pull/2#pullrequestreview-41", {"comment_id": 41, "state": "approved", "body": "Fine"}),
    ],
)
async def test_a_comment_is_read_by_its_url(use: Use, hello: Repository, address: str, expected: object) -> None:
    comment = data(await use("get_comment", address=PAGE + address))
    assert comment == comment | expected


@pytest.mark.parametrize(
    "address",
    [f"{PAGE}/issues/1", f"{PAGE}#issuecomment-11", "issuecomment-11", f"{PAGE}/issues/1#issuecomment-x", "ftp://x"],
)
async def test_an_address_that_is_not_a_comment_url_is_refused_without_a_request(
    use: Use, github: ScriptedGitHub, address: str
) -> None:
    assert failure(await use("get_comment", address=address)).code == "INVALID_INPUT"
    assert github.requests == []


@pytest.mark.parametrize("address", ["https://ghe.example.com/octocat/hello/issues/1", f"{PAGE}/issues/2"])
async def test_a_comment_url_with_another_issue_or_host_is_not_found(use: Use, hello: Repository, address: str) -> None:
    error = failure(await use("get_comment", address=f"{address}#issuecomment-11"))
    assert error.code == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        (f"{PAGE}/issues/1#issuecomment-11", True),
        (f"{PAGE}/pull/1#issuecomment-11", True),
        (f"{PAGE}/issues/2#issuecomment-11", False),
        ("https://ghe.example.com/octocat/hello/issues/1#issuecomment-11", False),
        (f"{PAGE}/commit/abc#commitcomment-11", False),
        ("", False),
    ],
)
def test_a_comment_is_at_its_address_if_host_and_number_agree(url: str, same: bool) -> None:
    assert is_at(comment_address(f"{PAGE}/issues/1#issuecomment-11"), url) is same


async def test_a_comment_url_outside_the_allow_list_is_refused_without_a_request(
    use: Use, github: ScriptedGitHub
) -> None:
    result = await use("get_comment", allowed="acme/*", address=f"{PAGE}/issues/1#issuecomment-11")
    assert failure(result).code == "PERMISSION_DENIED"
    assert github.requests == []


async def test_lockdown_withholds_an_outsiders_comment(connect: Connect, hello: Repository) -> None:
    hello.permissions = {"octocat": "admin"}
    async with connect(GITHUB_TOOLS="get_comment", GITHUB_LOCKDOWN="true") as client:
        own = await client.call_tool("get_comment", {"address": f"{PAGE}/issues/1#issuecomment-11"})
        hers = await client.call_tool("get_comment", {"address": f"{PAGE}/issues/1#issuecomment-12"})
    assert data(own)["body"] == "Mine"
    assert failure(hers).code == "PERMISSION_DENIED"


async def test_editing_an_own_comment_twice_with_one_text_sends_one_request(
    use: Use, github: ScriptedGitHub, hello: Repository
) -> None:
    for changed in ("edited", "nothing"):
        result = data(await use("update_comment", **HELLO, comment_id=11, body="Better"))
        assert result == {"comment_id": 11, "changed": changed}
    assert [each.sent for each in github.seen("PATCH")] == [{"body": "Better"}]


async def test_an_own_comment_on_a_line_is_edited(use: Use, github: ScriptedGitHub, hello: Repository) -> None:
    data(await use("update_comment", **HELLO, comment_id=31, body="How?", on_line=True))
    assert [each.path for each in github.seen("PATCH")] == ["/repos/octocat/hello/pulls/comments/31"]


@pytest.mark.parametrize("change", [{"body": "Changed"}, {"delete": True}])
async def test_a_comment_of_another_account_is_neither_edited_nor_deleted(
    use: Use, github: ScriptedGitHub, hello: Repository, change: dict[str, object]
) -> None:
    error = failure(await use("update_comment", **HELLO, comment_id=12, **change))
    assert error.code == "PERMISSION_DENIED"
    assert "written by mira; this server changes only those of octocat" in error.message
    assert github.seen("PATCH") + github.seen("DELETE") == []


async def test_a_deletion_asks_a_person_with_the_comments_text_and_is_sent_once(
    connect: Connect, github: ScriptedGitHub, hello: Repository
) -> None:
    arguments = {**HELLO, "comment_id": 11, "delete": True}
    async with connect(GITHUB_TOOLS="update_comment") as client:
        question = failure(await client.call_tool("update_comment", arguments))
        assert question.code == "CONFIRMATION_REQUIRED"
        assert "Delete the comment 11 of octocat/hello, 'Mine'?" in question.message
        assert github.seen("DELETE") == []
        confirmed = {**arguments, "confirm": question.details["confirm"]}
        assert data(await client.call_tool("update_comment", confirmed))["changed"] == "deleted"
    assert [each.id for each in hello.issues[1].comments] == [12]
    assert len(github.seen("DELETE")) == 1


@pytest.mark.parametrize(("length", "quoted"), [(80, "x" * 80), (81, "x" * 80 + "...")])
async def test_the_question_before_a_deletion_quotes_at_most_80_characters_on_one_line(
    use: Use, hello: Repository, length: int, quoted: str
) -> None:
    for body in ("x" * length, f"  \n{'x' * length}\n"):
        hello.issues[1].comments[0].body = body
        question = failure(await use("update_comment", **HELLO, comment_id=11, delete=True))
        assert question.message.startswith(
            f"Delete the comment 11 of octocat/hello, {quoted!r}? It cannot be restored."
        )


@pytest.mark.parametrize("acts", [True, False])
async def test_a_deletion_whose_response_is_lost_succeeds_if_the_comment_is_gone(
    connect: Connect, github: ScriptedGitHub, hello: Repository, acts: bool
) -> None:
    github.fault("DELETE", ".*", "reset", acts=acts)
    async with connect(GITHUB_TOOLS="update_comment") as client:
        result = await call_agreed(client, "update_comment", {**HELLO, "comment_id": 11, "delete": True})
    assert data(result)["changed"] == "deleted"
    assert [each.id for each in hello.issues[1].comments] == [12]


@pytest.mark.parametrize("change", [{}, {"body": "x", "delete": True}])
async def test_both_or_neither_of_body_and_delete_are_refused(
    use: Use, github: ScriptedGitHub, hello: Repository, change: dict[str, object]
) -> None:
    error = failure(await use("update_comment", **HELLO, comment_id=11, **change))
    assert error.code in ("INVALID_INPUT", "CONFIRMATION_REQUIRED")
    assert github.seen("PATCH") + github.seen("DELETE") == []


async def test_an_edit_that_would_drop_hidden_parts_of_a_comment_needs_the_hidden_argument(
    use: Use, github: ScriptedGitHub, hello: Repository
) -> None:
    hello.issues[1].comments[0].body = "Seen <!-- note to the bot -->"
    error = failure(await use("update_comment", **HELLO, comment_id=11, body="New"))
    assert error.code == "CONFLICT"
    assert "hidden=keep" in error.message
    data(await use("update_comment", **HELLO, comment_id=11, body="New", hidden="drop"))
    assert hello.issues[1].comments[0].body == "New"
