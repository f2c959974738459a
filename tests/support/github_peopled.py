"""A world with something of everything, and settings without waits, for tests that call whatever there is."""

from github_calls import TOKEN
from github_discussions import Contribution, Discussion
from github_projects import Item, Project, ProjectField
from github_world import Comment, Release, Review, Thread, World


def peopled() -> World:
    world = World(lambda: 1_795_000_000.0)
    world.tokens[TOKEN] = "octocat"
    hello = world.repository("octocat/hello", description="Hello", language="Python", licence="MIT")
    hello.milestones = ["v1", "v1.0"]
    hello.languages = {"Python": 3}
    world.commit(hello, {"README.md": b"# Hello\n", "src/app.py": b"print()\n", "n\xc3\xb6": b"x"})
    world.commit(hello, {"src/app.py": b"print(1)\n"}, branch="feature")
    bug = world.issue(hello, "Bug", "It is one", labels=["bug"])
    bug.comments.append(Comment(21, world.user("octocat"), "Mine", 1.0))
    pull = world.pull(hello, "Feature", "feature", "Work")
    assert pull.pull
    pull.pull.reviews.append(Review(1, world.user("mira"), "APPROVED", "", 1.0, pull.pull.head))
    world.check(hello, pull.pull.head, "unit", "failure", log="boom\n")
    for number in (1, 2):
        said = Comment(10 + number, world.user("mira"), "Why?", 1.0)
        pull.pull.threads.append(Thread(f"PRRT_{number}", "src/app.py", number, [said]))
    world.comment(pull, "Nice")
    comment = Contribution("DC_1", world.user("mira"), "With a lock.", is_answer=True)
    hello.discussions = [Discussion("D_5", 5, "How?", "I wait.", world.user("octocat"), comments=[comment])]
    hello.releases.append(Release(1, "v1.0", "One", "Notes", world.user("mira"), 1.0))
    fields = [ProjectField("Status", "SINGLE_SELECT", options=["Todo", "Done"]), ProjectField("Estimate", "NUMBER")]
    items = [Item("PVTI_1", hello, bug, values={"Status": "Todo"}), Item("PVTI_2", draft="Docs")]
    world.projects = [Project(world.user("octocat"), 7, "Roadmap", fields, items)]
    world.repository("octocat/renamed")
    world.rename("octocat/renamed", "octocat/other")
    return world


ENVIRONMENT = {
    "GITHUB_TOKEN": TOKEN,
    "MCP_OUTBOUND_RATE": "1e6",
    "GITHUB_WRITES_PER_SECOND": "10000",
    "GITHUB_SEARCHES_PER_MINUTE": "1e6",
    "GITHUB_CODE_SEARCHES_PER_MINUTE": "1e6",
}
