"""The state of the scripted GitHub for everyday jobs: a bug, a pull request, a run that failed, and a project."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import services
from github_graphql import SCHEMA, GraphQLDescription
from github_projects import Item, Project, ProjectField
from github_seed import NOW, seeded
from github_world import Comment, Review, Thread, World
from scripted_github import ScriptedGitHub

HERE = {"owner": "acme", "repo": "gantry"}
REPO = "/repos/acme/gantry"
BUG, PULL, RUN = 31, 32, 7001
WORKFLOW = (
    b"on: {workflow_dispatch: {inputs: {environment: {type: choice, required: true, options: [staging, live]}}}}\n"
)


def world() -> World:
    """The seeded world with a reported bug, and a pull request that mends it with a mistake."""
    world = seeded()
    gantry = world.repositories["acme/gantry"]
    gantry.milestones = ["1.5"]
    gantry.branches["v1.4.2"] = gantry.branches["main"]
    before = b"def retried(steps: list[Step], most: int = 3) -> list[Step]:\n"
    before += b'    """The failed steps that are run again."""\n'
    before += (
        b"    again = {step.name: step for step in steps if step.attempts < most}\n    return list(again.values())\n"
    )
    files = {"src/gantry/retry.py": before, ".github/workflows/deploy.yml": WORKFLOW}
    world.commit(gantry, files, "Keep the order of retried steps (#218)", author="mira")
    bug = world.issue(gantry, "Steps with the same name are retried only once", REPORT, author="tobias-k", at=NOW)
    world.comment(bug, "Same here, with `split` in two stages. 1.4.1 is fine.", "jsmith")
    fix = before.replace(b"step.attempts < most", b"step.attempts <= most").replace(
        b"{step.name: step for", b"[step for"
    )
    world.commit(gantry, {"src/gantry/retry.py": fix}, "Retry equal names", branch="same-names", author="tobias-k")
    pull = world.pull(gantry, "Retry steps with equal names", "same-names", f"Fixes #{bug.number}.", author="tobias-k")
    assert pull.pull
    pull.pull.reviews.append(Review(9, world.user("lena42"), "COMMENTED", "Is there a test?", NOW, pull.pull.head))
    asked = Comment(901, world.user("lena42"), "Is there a test with two equal names?", NOW)
    pull.pull.threads.append(Thread("PRRT_901", "src/gantry/retry.py", 3, [asked]))
    world.check(gantry, pull.pull.head, "unit", "failure", title="1 failed, 212 passed", log=LOG)
    fields = [
        ProjectField("Status", "SINGLE_SELECT", options=["Backlog", "Ready", "In progress", "In review", "Done"]),
        ProjectField(
            "Iteration", "ITERATION", iterations=[("Iteration 9", "2026-11-16"), ("Iteration 10", "2026-11-30")]
        ),
        ProjectField("Estimate", "NUMBER"),
    ]
    planned = [(issue, {"Status": "Ready", "Estimate": 2.0}) for issue in list(gantry.issues.values())[:8]]
    planned += [(bug, {"Status": "In progress", "Iteration": "Iteration 9"}), (pull, {"Status": "In progress"})]
    items = [Item(f"PVTI_{issue.number}", gantry, issue, values=values) for issue, values in planned]
    world.projects = [Project(gantry.owner, 3, "Gantry 1.5", fields, items)]
    return world


REPORT = """Since 1.4.2 two steps with the same name in different stages run only once after a failure.

```python
steps = [Step("load", 1), Step("clean", 2), Step("load", 3)]
print([s.order for s in retried(steps)])  # [3, 2], expected [1, 2, 3]
```"""
LOG = "".join(f"tests/test_{number}.py passed\n" for number in range(30)) + (
    "FAILED tests/test_retry.py::test_most_attempts - assert 4 == 3\n1 failed, 212 passed\n"
)


@asynccontextmanager
async def github() -> AsyncGenerator[ScriptedGitHub]:
    """The world on a socket; runs, alerts and notifications have fixed answers."""
    github = ScriptedGitHub(world(), graphql=GraphQLDescription(services.npm_package(str(SCHEMA))))
    gantry = github.world.repositories["acme/gantry"]
    head, check = gantry.branches["same-names"], gantry.checks[-1]
    run = {
        "id": RUN,
        "name": "CI",
        "display_title": "Retry equal names",
        "status": "completed",
        "conclusion": "failure",
    }
    run |= {"head_branch": "same-names", "head_sha": head, "event": "push", "run_attempt": 1}
    run |= {"actor": {"login": "tobias-k"}, "created_at": "2026-11-18T11:06:40Z"}
    steps = [{"name": "Run tests", "number": 4, "status": "completed", "conclusion": "failure"}]
    job = {"id": check.id, "name": "unit", "status": "completed", "conclusion": "failure", "steps": steps}
    fixed: dict[str, Any] = {
        f"{REPO}/actions/runs": {"total_count": 1, "workflow_runs": [run]},
        f"{REPO}/actions/runs/{RUN}": run,
        f"{REPO}/actions/runs/{RUN}/jobs": {"total_count": 1, "jobs": [job]},
        f"{REPO}/check-runs/{check.id}/annotations": [],
        f"{REPO}/actions/workflows/deploy.yml": {"id": 5, "name": "Deploy", "path": ".github/workflows/deploy.yml"},
        f"{REPO}/dependabot/alerts": [ALERT],
        "/notifications": [notification(1, "Issue", BUG), notification(2, "PullRequest", PULL)],
        "/notifications/threads/1": notification(1, "Issue", BUG),
    }
    for path, body in fixed.items():
        github.fault("GET", f"{re.escape(path)}$", status=200, body=body, times=99)
    github.fault("POST", ".*/dispatches", status=200, body={"workflow_run_id": 7002}, times=99)
    github.fault("DELETE", "/notifications/.*", status=204, times=99)
    async with github.serving():
        yield github


ALERT = {
    "number": 3,
    "state": "open",
    "created_at": "2026-11-10T08:00:00Z",
    "dependency": {"package": {"ecosystem": "pip", "name": "jinja2"}, "manifest_path": "uv.lock"},
    "security_advisory": {"ghsa_id": "GHSA-cpwx-vrp4-4pq7", "summary": "Sandbox breakout", "severity": "high"},
    "security_vulnerability": {"vulnerable_version_range": "< 3.1.6", "first_patched_version": {"identifier": "3.1.6"}},
}


def notification(number: int, kind: str, issue: int) -> dict[str, Any]:
    subject = {"title": f"{kind} {issue}", "type": kind, "url": f"https://api.github.com{REPO}/issues/{issue}"}
    facts = {"reason": "mention", "unread": True, "updated_at": "2026-11-18T11:06:40Z"}
    return {"id": str(number), "repository": {"full_name": "acme/gantry"}, "subject": subject, **facts}
