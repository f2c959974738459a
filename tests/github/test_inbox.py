"""Tools for notifications, releases and security alerts."""

import json
from typing import Any

import pytest
from github_calls import HELLO, Use, published, rows
from github_openapi import Description
from github_world import Release, World
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"


def notification(number: int, repository: str, **facts: Any) -> dict[str, Any]:
    subject = {"title": f"Title {number}", "type": "Issue", "url": f"https://api.github.com/repos/x/y/issues/{number}"}
    return {"id": str(number), "repository": {"full_name": repository}, "subject": subject, **facts}


@pytest.fixture
def inbox(github: ScriptedGitHub) -> ScriptedGitHub:
    github.description = None
    github.fault(
        "GET", "/notifications", status=200, body=[notification(1, "acme/web"), notification(2, "evil/vault")], times=9
    )
    for number, name in ((1, "acme/web"), (2, "evil/vault")):
        github.fault("GET", f"/notifications/threads/{number}", status=200, body=notification(number, name), times=9)
    github.fault("DELETE", "/notifications/threads/.*", status=204, times=9)
    return github


async def test_notifications_show_their_issue_and_only_allowed_repositories(use: Use, inbox: ScriptedGitHub) -> None:
    assert [row["number"] for row in rows(await use("list_notifications"))] == [1, 2]
    assert [row["repository"] for row in rows(await use("list_notifications", allowed="acme/*"))] == ["acme/web"]


async def test_a_notification_is_marked_done_only_for_an_allowed_repository(use: Use, inbox: ScriptedGitHub) -> None:
    assert data(await use("mark_notification_done", id="1", allowed="acme/*")) == {"id": "1", "title": "Title 1"}
    assert failure(await use("mark_notification_done", id="2", allowed="acme/*")).code == "PERMISSION_DENIED"
    assert [each.path for each in inbox.seen("DELETE")] == ["/notifications/threads/1"]


async def test_releases_are_listed_with_notes_and_one_is_read_by_its_tag(
    use: Use, github: ScriptedGitHub, description: Description
) -> None:
    github.description = None
    example = published(description, "GET", f"{SPEC}/releases/tags/{{tag}}")
    github.fault("GET", f"{REPO}/releases/tags/v1.0.0", status=200, body=example)
    release = data(await use("get_releases", **HELLO, tag="v1.0.0"))["items"][0]
    assert (release["tag"], release["notes"]) == ("v1.0.0", "Description of the release")


async def test_tag_latest_reads_githubs_latest_release_unless_a_tag_has_this_name(use: Use, world: World) -> None:
    hello = world.repositories["octocat/hello"]
    error = failure(await use("get_releases", **HELLO, tag="latest"))
    assert "only prereleases and drafts" in error.message
    hello.releases.append(Release(1, "v2", "Two", "Notes", world.user("mira"), 1.0))
    assert data(await use("get_releases", **HELLO, tag="latest"))["items"][0]["tag"] == "v2"
    assert "no release of the tag 'v9'" in failure(await use("get_releases", **HELLO, tag="v9")).message


KINDS = ["dependabot", "code-scanning", "secret-scanning"]


@pytest.mark.parametrize("kind", KINDS)
async def test_security_alerts_are_listed_without_the_secrets(
    use: Use, github: ScriptedGitHub, description: Description, kind: str
) -> None:
    github.description = None
    example = published(description, "GET", f"{SPEC}/{kind}/alerts")
    github.fault("GET", f"{REPO}/{kind}/alerts", status=200, body=example)
    result = await use("list_security_alerts", **HELLO, kind=kind)
    assert [row["number"] for row in rows(result)] == [each["number"] for each in example]
    secrets = [each["secret"] for each in example if "secret" in each]
    assert [each for each in secrets if each in text(result)] == []
    assert github.seen("GET")[-1].value("state") == "open"


async def test_githubs_reason_for_refusing_security_alerts_is_quoted(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("GET", ".*/alerts", status=404, body={"message": "no analysis found"})
    error = failure(await use("list_security_alerts", **HELLO, kind="code-scanning"))
    assert "no analysis found" in json.dumps(error.message)
