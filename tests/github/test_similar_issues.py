"""Search for issues similar to the title of a new one."""

import pytest
from github_calls import HELLO, Use, rows
from github_mcp.similar_issues import distinctive_words
from github_world import Repository, World
from mcp_chassis.testing import failure
from scripted_github import ScriptedGitHub


@pytest.fixture
def hello(world: World) -> Repository:
    repository = world.repositories["octocat/hello"]
    world.issue(repository, "Retry skips a step when names repeat", state="closed")
    world.issue(repository, "Names in the log are cut")
    world.issue(repository, "Add a dark theme", "unrelated, but names a retry")
    return repository


async def test_open_and_closed_issues_are_ranked_by_shared_words(
    use: Use, github: ScriptedGitHub, hello: Repository
) -> None:
    found = rows(await use("find_similar_issues", **HELLO, text="Steps with the same names are retried: Retry names"))
    assert [(each["number"], each["state"], each["words"]) for each in found[:2]] == [
        (1, "closed", "names retry"),
        (2, "open", "names"),
    ]
    assert github.seen("GET", "/search/issues")[0].value("q") == (
        "repo:octocat/hello is:issue (steps OR names OR retried OR retry)"
    )


async def test_similar_issues_are_found_with_an_allow_list(use: Use, hello: Repository, world: World) -> None:
    world.issue(world.repository("octocat/other"), "Retry elsewhere")
    found = rows(await use("find_similar_issues", allowed="octocat/hello", **HELLO, text="retry"))
    assert sorted(each["number"] for each in found) == [1, 3]


async def test_a_text_without_words_is_refused_without_a_request(use: Use, github: ScriptedGitHub) -> None:
    assert failure(await use("find_similar_issues", **HELLO, text="?! ...")).code == "INVALID_INPUT"
    assert github.requests == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The app can not start", ["app", "start"]),
        ("it is so", ["it", "is", "so"]),
        ("a1 b-c_d x.y.z", ["b-c_d", "x.y.z"]),
        ("Abstürze beim Öffnen", ["abstürze", "beim", "öffnen"]),
        ("crash crash CRASH", ["crash"]),
        ("NOT a OR (b) repo:evil/x", ["repo", "evil"]),
        (
            "one1 two22 three3 four44 five55 six666 seven777",
            ["two22", "three3", "four44", "five55", "six666", "seven777"],
        ),
    ],
)
def test_the_longest_uncommon_words_are_searched(text: str, words: list[str]) -> None:
    assert distinctive_words(text) == words
