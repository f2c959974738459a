"""A project with one item of each kind, for tests of the GitHub server."""

from github_projects import Item, Project, ProjectField
from github_world import Repository, World


def roadmap(world: World) -> Project:
    """Project 7 of octocat with a bug, a merged pull request and a draft."""
    hello = world.repositories["octocat/hello"]
    hello.associations["stranger"] = "NONE"
    hello.milestones = ["v1"]
    bug = world.issue(hello, "Bug", labels=["bug"], assignees=[world.user("mira")], milestone="v1", author="stranger")
    world.commit(hello, {"x": b"1\n"}, branch="feature")
    pull = world.pull(hello, "Feature", "feature", author="octocat")
    assert pull.pull
    pull.pull.merged_at = 1.0
    hello.associations["octocat"] = "OWNER"
    fields = [
        ProjectField("Status", "SINGLE_SELECT", options=["Todo", "In Progress", "Done"]),
        ProjectField("Sprint", "ITERATION", iterations=[("Two", "2026-11-16")], completed=[("One", "2026-11-02")]),
        ProjectField("Estimate", "NUMBER"),
        ProjectField("Due", "DATE"),
        ProjectField("Note", "TEXT"),
        ProjectField("Labels", "LABELS"),
    ]
    values = {"Status": "In Progress", "Sprint": "Two", "Estimate": 2.5, "Due": "2026-12-01", "Note": "Ask Lena"}
    items = [
        Item("PVTI_1", hello, bug, values=values),
        Item("PVTI_2", hello, pull, values={"Status": "Done", "Estimate": 3.0}),
        Item("PVTI_3", draft="Write the docs", values={"Status": "Todo"}),
    ]
    project = Project(world.user("octocat"), 7, "Roadmap", fields, items)
    world.projects = [project, Project(world.user("octocat"), 8, "Old", closed=True)]
    return project


def others(world: World, project: Project) -> Repository:
    """Add an issue of another repository to a project."""
    other = world.repository("evil/vault")
    project.items.append(Item("PVTI_9", other, world.issue(other, "launch-codes"), values={"Status": "Todo"}))
    return other
