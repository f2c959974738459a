"""Settings of the GitHub server: errors for invalid values, and the choice of tools."""

from typing import Any

import pytest
from github_calls import HELLO, Connect
from github_mcp.server import SERVER
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import connected, failure
from scripted_github import ScriptedGitHub


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("GITHUB_API_URL", "ftp://x", "must be an https URL"),
        ("GITHUB_API_URL", "http://api.github.com", "must be an https URL"),
        ("GITHUB_ALLOWED_REPOS", "acme", "must be globs of the form owner/repository"),
        ("GITHUB_ALLOWED_REPOS", "acme/web,evil/../x", "must be globs of the form owner/repository"),
        ("GITHUB_TOKEN", "two words", "must be printable ASCII without spaces"),
        ("GITHUB_WRITES_PER_SECOND", "0", "greater than 0"),
    ],
)
def test_an_invalid_setting_is_reported_with_its_rule_and_without_its_value(
    variable: str, value: str, rule: str
) -> None:
    with pytest.raises(BadSettings) as wrong:
        SERVER.settings.load({variable: value})
    assert variable in str(wrong.value)
    assert rule in str(wrong.value)
    assert value not in str(wrong.value) or value == "0"


async def test_github_tools_replaces_default_tools_by_others() -> None:
    names = "get_issue,get_job_logs,create_pull_request,get_pull_request_diff,get_file"
    async with connected(SERVER, env={"GITHUB_TOOLS": names}) as client:
        offered = {tool.name for tool in (await client.list_tools()).tools}
    assert offered == set(names.split(","))


def test_an_eleventh_tool_prevents_the_start_and_is_named() -> None:
    names = ",".join(tool.__name__ for tool in SERVER.every_tool[:11])
    settings = SERVER.settings.load({"GITHUB_TOOLS": names})
    with pytest.raises(BadSettings, match="GITHUB_TOOLS: at most 10 tools; leave out create_pull_request or another"):
        Dispatch(SERVER, settings)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "body": b"<html>Not here</html>", "media_type": "text/html"},
        {"status": 302, "headers": {"Location": "/login?return_to=%2Fuser"}},
    ],
)
async def test_an_api_url_without_its_path_is_reported_as_wrong(
    connect: Connect, github: ScriptedGitHub, answer: dict[str, Any]
) -> None:
    """An Enterprise Server responds at this address with web pages."""
    github.description = None
    github.fault("GET", ".*", **answer, times=99)
    async with connect() as client:
        error = failure(await client.call_tool("get_repository_info", HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert "that of an Enterprise Server ends in /api/v3" in error.message
