"""The tools against npm's `emulate`, an independent fake of GitHub, as far as it conforms to GitHub."""

import subprocess
from collections.abc import AsyncGenerator, Iterator

import httpx2
import pytest
import services
from github_calls import rows
from github_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure, text
from ports import reserved_port

TOKEN = "test_token_admin"
HELLO = {"owner": "admin", "repo": "hello"}


@pytest.fixture(scope="module")
def emulate() -> Iterator[str]:
    """The URL of a running `emulate` with one repository."""
    program = services.npm_package("emulate") / "dist" / "index.js"
    port = reserved_port()
    command = [services.node(), str(program), "--service", "github", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if TOKEN in line:
                break
        url = f"http://127.0.0.1:{port}"
        body = {"name": "hello", "auto_init": True, "description": "From another hand"}
        httpx2.post(f"{url}/user/repos", json=body, headers={"authorization": f"Bearer {TOKEN}"}).raise_for_status()
        yield url
        process.terminate()


@pytest.fixture
async def client(emulate: str) -> AsyncGenerator[Client]:
    async with connected(SERVER, env={"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": emulate}) as emulated:
        yield emulated


async def test_a_repository_is_searched_and_read(client: Client) -> None:
    own = rows(await client.call_tool("search_repositories", {}))
    overview = data(await client.call_tool("get_repository_info", {**HELLO, "readme_lines": 5}))
    assert [row["full_name"] for row in own] == ["admin/hello"]
    assert overview["description"] == "From another hand"
    assert overview["readme"].startswith("# hello")
    assert overview["commits"][0].endswith("Initial commit")


async def test_files_and_folders_are_read(client: Client) -> None:
    folder = text(await client.call_tool("get_file", {**HELLO, "path": ""}))
    file = text(await client.call_tool("get_file", {**HELLO, "path": "README.md"}))
    assert folder == "/ 1 entries\nREADME.md 8"
    assert file.split("\n")[1] == "# hello"


async def test_an_issue_is_opened_commented_on_and_closed(client: Client) -> None:
    new = {**HELLO, "title": "It breaks: Vec<String>", "body": "a <b &amp; `c`"}
    number = data(await client.call_tool("create_issue", new))["number"]
    one = {**HELLO, "number": number}
    await client.call_tool("add_issue_comment", {**one, "body": "Seen"})
    listed = rows(await client.call_tool("list_issues", HELLO))
    thread = data(await client.call_tool("get_issue", one))
    closed = data(await client.call_tool("update_issue", {**one, "state": "closed", "state_reason": "completed"}))
    left = data(await client.call_tool("list_issues", HELLO))
    assert [row["title"] for row in listed] == ["It breaks: Vec<String>"]
    assert thread["body"] == "a <b &amp; `c`"
    assert [comment["body"] for comment in thread["comments"]] == ["Seen"]
    assert closed["state"] == "closed"
    assert left["items"] == []


async def test_a_missing_repository_file_or_issue_is_not_found(client: Client) -> None:
    error = failure(await client.call_tool("get_issue", {**HELLO, "number": 404}))
    assert error.code == "RESOURCE_NOT_FOUND"
