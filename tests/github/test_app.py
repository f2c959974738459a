"""The server acting as a GitHub App: choice and renewal of installation tokens, and failures of the app."""

import io
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from github_app import Installation, ScriptedApp, pem, private_key
from github_calls import NOW, TOKEN
from github_graphql import GraphQLDescription
from github_mcp.installation_tokens import InstallationTokens
from github_mcp.server import SERVER
from github_openapi import Description
from github_world import Comment, Thread, World
from mcp.client import Client
from mcp_chassis.cli import main
from mcp_chassis.cli.check import check
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import connected, data, failure
from scripted_github import ScriptedGitHub

ISSUE = {"owner": "octocat", "repo": "hello", "number": 1}
ACME_ISSUE = {"owner": "acme", "repo": "web", "number": 1}
Open = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
async def github(description: Description, graphql: GraphQLDescription) -> AsyncGenerator[ScriptedGitHub]:
    """A GitHub with two owners, each with a repository and an issue, who have both installed the app."""
    world = World(lambda: NOW)
    for name in ("octocat/hello", "acme/web"):
        repository = world.repository(name)
        world.commit(repository, {"README.md": b"# Hello\n"}, "First")
        world.issue(repository, f"Bug in {name}")
    async with ScriptedGitHub(world, description=description, graphql=graphql).serving() as scripted:
        scripted.app = ScriptedApp(world, description, Installation(11, "octocat", "User"), Installation(12, "acme"))
        yield scripted
    assert scripted.problems == []


def environment(github: ScriptedGitHub, **more: str) -> dict[str, str]:
    app = {"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": pem(private_key()), "GITHUB_API_URL": github.url}
    return app | {"MCP_OUTBOUND_RATE": "1000", "GITHUB_WRITES_PER_SECOND": "1000"} | more


@pytest.fixture
def acting(github: ScriptedGitHub) -> Open:
    return lambda **more: connected(SERVER, env=environment(github, **more))


def credentials(github: ScriptedGitHub, path: str) -> list[str]:
    """The tokens of the requests to a path."""
    return [each.headers["authorization"].removeprefix("Bearer ") for each in github.requests if path in each.path]


def given(github: ScriptedGitHub, owner: str) -> list[str]:
    assert github.app
    return next(each.given for each in github.app.installations if each.owner == owner)


async def test_requests_for_an_owner_use_the_token_of_its_installation(acting: Open, github: ScriptedGitHub) -> None:
    async with acting() as client:
        for arguments in (ISSUE, ACME_ISSUE, ISSUE):
            data(await client.call_tool("get_issue", arguments))
            data(await client.call_tool("add_issue_comment", {**arguments, "body": "Seen"}))
    assert set(credentials(github, "/octocat/hello")) == set(given(github, "octocat"))
    assert set(credentials(github, "/acme/web")) == set(given(github, "acme"))
    assert len(given(github, "octocat")) == len(given(github, "acme")) == 1
    comment = github.world.repositories["acme/web"].issues[1].comments[0]
    assert comment.user
    assert comment.user.login == "builder[bot]"


async def test_a_named_installation_is_used_for_every_owner(acting: Open, github: ScriptedGitHub) -> None:
    async with acting(GITHUB_APP_INSTALLATION_ID="12") as client:
        data(await client.call_tool("get_issue", ISSUE))
        data(await client.call_tool("search_repositories", {"query": "hello"}))
    assert set(credentials(github, "/octocat/hello") + credentials(github, "/search")) == set(given(github, "acme"))
    assert not [each for each in github.requests if each.path.endswith("/installation")]


async def test_graphql_requests_use_the_token_of_the_owners_installation(acting: Open, github: ScriptedGitHub) -> None:
    world = github.world
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"a.py": b"1\n"}, branch="feature")
    pull = world.pull(hello, "Feature", "feature").pull
    assert pull
    pull.threads.append(Thread("PRRT_1", "a.py", 1, [Comment(5, world.user("mira"), "Why?", NOW)]))
    async with acting(GITHUB_TOOLS="resolve_thread") as client:
        arguments = {"owner": "octocat", "repo": "hello", "thread_id": "PRRT_1"}
        data(await client.call_tool("resolve_thread", arguments))
    assert set(credentials(github, "/graphql")) == set(given(github, "octocat"))


@pytest.mark.parametrize(
    "query", ["repo:acme/web bug", "org:acme bug", "user:ACME", '"repo:octocat/hello" repo:acme/web']
)
async def test_a_search_that_names_one_owner_uses_its_installation(
    acting: Open, github: ScriptedGitHub, query: str
) -> None:
    async with acting(GITHUB_TOOLS="search_issues", GITHUB_SEARCHES_PER_MINUTE="100000") as client:
        data(await client.call_tool("search_issues", {"query": query}))
    assert credentials(github, "/search/issues") == given(github, "acme")


async def test_a_search_in_one_repository_uses_its_owners_installation(acting: Open, github: ScriptedGitHub) -> None:
    async with acting() as client:
        data(await client.call_tool("list_issues", {"owner": "acme", "repo": "web", "query": "bug"}))
    assert set(credentials(github, "/search/issues")) == set(given(github, "acme"))


@pytest.mark.parametrize("query", ["bug", "bug repo:acme/web repo:octocat/hello", "bug -repo:acme/web"])
async def test_a_search_without_exactly_one_owner_asks_the_model_to_name_one(
    acting: Open, github: ScriptedGitHub, query: str
) -> None:
    async with acting(GITHUB_TOOLS="search_issues") as client:
        error = failure(await client.call_tool("search_issues", {"query": query}))
    assert error.code == "INVALID_INPUT"
    assert "installed for several owners (octocat, acme), and this call names none" in error.message
    assert github.seen("GET", "/search/.*") == []


@pytest.mark.parametrize(
    ("count", "names"),
    [
        (5, "o1, o2, o3, o4, o5"),
        (6, "o1, o2, o3, o4, o5 and 1 more"),
        (8, "o1, o2, o3, o4, o5 and 3 more"),
    ],
)
async def test_a_call_without_an_owner_names_at_most_five_installations(
    acting: Open, github: ScriptedGitHub, count: int, names: str
) -> None:
    assert github.app
    github.app.installations = [Installation(number, f"o{number}") for number in range(1, count + 1)]
    async with acting() as client:
        error = failure(await client.call_tool("search_repositories", {"query": "hello"}))
    assert f"installed for several owners ({names}), and this call names none. Name one: give owner" in error.message


async def test_an_app_that_nobody_has_installed_is_named_with_a_remedy(acting: Open, github: ScriptedGitHub) -> None:
    assert github.app
    github.app.installations = []
    async with acting() as client:
        error = failure(await client.call_tool("search_repositories", {"query": "hello"}))
        of_owner = failure(await client.call_tool("get_issue", ISSUE))
    assert (error.code, error.message) == (
        "AUTHENTICATION_FAILED",
        "This server's GitHub App is not installed for any account. Ask the app's owner to install it; do not retry.",
    )
    assert of_owner.message == (
        "This server's GitHub App is not installed for octocat. Ask an owner of octocat to install it; do not retry."
    )


async def test_the_only_installation_serves_requests_without_an_owner(acting: Open, github: ScriptedGitHub) -> None:
    assert github.app
    github.app.installations[1].suspended = True
    async with acting() as client:
        data(await client.call_tool("search_repositories", {"query": "hello"}))
    assert credentials(github, "/search/repositories") == given(github, "octocat")


async def test_an_expired_token_is_replaced(acting: Open, github: ScriptedGitHub) -> None:
    assert github.app
    github.app.lifetime_seconds = 0.0
    async with acting() as client:
        for _ in range(2):
            data(await client.call_tool("list_issues", {"owner": "octocat", "repo": "hello"}))
    assert credentials(github, "/issues") == given(github, "octocat")
    assert len(given(github, "octocat")) == 2


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def tokens(github: ScriptedGitHub) -> AsyncGenerator[tuple[InstallationTokens, Clock]]:
    """The tokens of installation 12, with a clock that the test sets."""
    settings = SERVER.settings.load(environment(github, GITHUB_APP_INSTALLATION_ID="12"))
    clock = Clock()
    async with SERVER.connect(settings) as connection:
        yield InstallationTokens(connection.apps, clock), clock


async def test_a_token_is_reused_until_five_minutes_before_it_expires(tokens: tuple[InstallationTokens, Clock]) -> None:
    source, clock = tokens
    await source.ready()
    first = source.reveal()
    clock.now += 3600 - 301
    await source.ready()
    assert source.reveal() == first
    clock.now += 2
    await source.ready()
    assert source.reveal() != first


async def test_a_token_refused_by_401_is_replaced_unless_it_is_new(tokens: tuple[InstallationTokens, Clock]) -> None:
    source, clock = tokens
    await source.ready()
    first = source.reveal()
    assert not source.reload(), "the token is only a few seconds old"
    clock.now += 60
    assert source.reload()
    await source.ready()
    assert source.reveal() != first


async def test_a_write_refused_by_401_is_repeated_once_with_a_new_token(
    acting: Open, github: ScriptedGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("github_mcp.installation_tokens.MIN_AGE_SECONDS", 0.0)
    async with acting() as client:
        data(await client.call_tool("get_issue", ISSUE))
        github.world.tokens.pop(given(github, "octocat")[0])
        data(await client.call_tool("add_issue_comment", {**ISSUE, "body": "Seen"}))
    assert len(given(github, "octocat")) == 2
    assert len(github.world.repositories["octocat/hello"].issues[1].comments) == 1


async def test_concurrent_calls_share_one_token_request(acting: Open, github: ScriptedGitHub) -> None:
    import anyio

    async with acting() as client, anyio.create_task_group() as calls:
        for _ in range(8):
            calls.start_soon(client.call_tool, "get_issue", ISSUE)
    assert len(given(github, "octocat")) == 1


async def test_a_write_without_a_token_is_not_sent_and_not_ambiguous(acting: Open, github: ScriptedGitHub) -> None:
    github.fault("POST", ".*/access_tokens", status=502, times=99)
    async with acting(MCP_RETRY_ATTEMPTS="1") as client:
        error = failure(await client.call_tool("add_issue_comment", {**ISSUE, "body": "Seen"}))
    assert error.code == "SERVICE_UNAVAILABLE"
    assert github.seen("POST", ".*/comments") == []


Change = Callable[[ScriptedApp], None]


def another_key(app: ScriptedApp) -> None:
    app.key = private_key(2)


def another_id(app: ScriptedApp) -> None:
    app.app_id = "2"


def nowhere(app: ScriptedApp) -> None:
    app.installations = []


def suspended(app: ScriptedApp) -> None:
    app.installations[0].suspended = True


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (another_key, "AUTHENTICATION_FAILED", 'GITHUB_APP_PRIVATE_KEY. GitHub says: "A JSON web token could not be'),
        (
            another_id,
            "AUTHENTICATION_FAILED",
            "GitHub refuses the combination of GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY",
        ),
        (nowhere, "AUTHENTICATION_FAILED", "This server's GitHub App is not installed for octocat."),
        (suspended, "PERMISSION_DENIED", "This installation has been suspended"),
    ],
)
async def test_a_refusal_names_the_problem_of_the_app(
    acting: Open, github: ScriptedGitHub, change: Change, code: str, words: str
) -> None:
    assert github.app
    change(github.app)
    async with acting() as client:
        error = failure(await client.call_tool("get_issue", ISSUE))
    assert error.code == code
    assert words in error.message


async def test_the_error_for_a_missing_installation_names_its_id(acting: Open) -> None:
    async with acting(GITHUB_APP_INSTALLATION_ID="99") as client:
        error = failure(await client.call_tool("get_issue", ISSUE))
    assert "This server's GitHub App has no installation 99: it was removed, or its id is wrong." in error.message


async def test_a_missing_permission_is_reported_for_the_app_and_not_for_a_token(
    acting: Open, github: ScriptedGitHub
) -> None:
    refusal = {"message": "Resource not accessible by integration", "documentation_url": "x", "status": "403"}
    github.fault(
        "POST", ".*/comments", status=403, body=refusal, headers={"X-Accepted-GitHub-Permissions": "issues=write"}
    )
    async with acting() as client:
        error = failure(await client.call_tool("add_issue_comment", {**ISSUE, "body": "Seen"}))
    assert "This server's GitHub App may not do this; GitHub requires the permission issues=write." in error.message


async def test_get_account_returns_the_bot_account_of_the_app(acting: Open) -> None:
    async with acting(GITHUB_TOOLS="get_account") as client:
        assert data(await client.call_tool("get_account", {})) == {
            "login": "builder[bot]",
            "name": "Builder",
            "type": "Bot",
        }


async def test_a_changed_key_file_is_read_again_after_a_refusal(github: ScriptedGitHub, tmp_path: Path) -> None:
    assert github.app
    file = tmp_path / "app.pem"
    file.write_text(pem(private_key(2)))
    env = {**environment(github, GITHUB_APP_PRIVATE_KEY_FILE=str(file))}
    env.pop("GITHUB_APP_PRIVATE_KEY")
    async with connected(SERVER, env=env) as client:
        assert failure(await client.call_tool("get_issue", ISSUE)).code == "AUTHENTICATION_FAILED"
        file.write_text(pem(private_key()))
        data(await client.call_tool("get_issue", ISSUE))


async def test_a_callers_own_token_takes_precedence_over_the_app(github: ScriptedGitHub) -> None:
    """A caller over HTTP who has signed in acts with their own account."""
    from pydantic import SecretStr

    github.world.tokens[TOKEN] = "octocat"
    own = SERVER.settings.load(environment(github)).model_copy(update={"token": SecretStr(TOKEN)})
    async with SERVER.connect(own) as connection:
        assert (await connection.accounts.signed_in()).login == "octocat"


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"GITHUB_APP_ID": "1", "GITHUB_TOKEN": TOKEN}, "GITHUB_APP_ID: set either GITHUB_TOKEN or the GitHub App"),
        ({"GITHUB_APP_ID": "a b"}, "GITHUB_APP_ID: must be the number or the client id of the GitHub App"),
        ({"GITHUB_APP_PRIVATE_KEY": "hello"}, "GITHUB_APP_PRIVATE_KEY: must be a private key in PEM form"),
        ({"GITHUB_APP_INSTALLATION_ID": "0"}, "GITHUB_APP_INSTALLATION_ID: Input should be greater than or equal to 1"),
    ],
)
def test_an_invalid_app_setting_is_named(env: dict[str, str], words: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        SERVER.settings.load(env)
    assert words in str(wrong.value)


def test_a_private_key_without_an_app_id_is_refused() -> None:
    with pytest.raises(BadSettings, match="GITHUB_APP_ID: is required when GITHUB_APP_PRIVATE_KEY is set"):
        SERVER.settings.load({"GITHUB_APP_PRIVATE_KEY": pem(private_key())})


async def test_an_unreadable_private_key_is_reported_without_its_content(github: ScriptedGitHub) -> None:
    broken = "-----BEGIN RSA PRIVATE KEY-----\nnonsense\n-----END RSA PRIVATE KEY-----"
    async with connected(SERVER, env=environment(github, GITHUB_APP_PRIVATE_KEY=broken)) as client:
        error = failure(await client.call_tool("get_issue", ISSUE))
    assert "GITHUB_APP_PRIVATE_KEY cannot be read as an RSA private key in PEM form." in error.message
    assert "nonsense" not in error.message


async def test_a_private_key_with_escaped_newlines_is_accepted(github: ScriptedGitHub) -> None:
    """The form of a private key in `.env` files and in variables of containers."""
    line = pem(private_key()).replace("\n", "\\n")
    async with connected(SERVER, env=environment(github, GITHUB_APP_PRIVATE_KEY=line)) as client:
        data(await client.call_tool("get_issue", ISSUE))


async def test_check_lists_the_installations_and_permissions_of_the_app(
    github: ScriptedGitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in environment(github, TOOLROLL_ACCOUNTS_FILE=str(tmp_path / "none.json")).items():
        monkeypatch.setenv(name, value)
    for name in ("GITHUB_TOKEN", "GITHUB_PERSONAL_ACCESS_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with redirect_stdout(io.StringIO()):
        report = await check(SERVER)
    lines = "\n".join(report.lines())
    assert report.exit_code == 0
    assert report.missing == []
    assert "builder[bot], installed for octocat, acme." in lines
    assert (
        "GitHub for acme: 5000 of 5000 requests are left this hour. Permissions: contents=read, issues=write." in lines
    )


async def test_check_fails_for_an_app_without_installations(github: ScriptedGitHub) -> None:
    assert github.app
    github.app.installations = []
    async with SERVER.connect(SERVER.settings.load(environment(github))) as connection:
        assert SERVER.probe
        (probe,) = await SERVER.probe(connection)
    assert (probe.status, probe.message) == (
        "failed",
        "No account has installed builder[bot], or all installations are suspended. Install it at GitHub.",
    )


async def test_check_names_the_setting_of_an_installation_that_does_not_exist(github: ScriptedGitHub) -> None:
    async with SERVER.connect(SERVER.settings.load(environment(github, GITHUB_APP_INSTALLATION_ID="99"))) as connection:
        assert SERVER.probe
        (probe,) = await SERVER.probe(connection)
    assert probe.status == "failed"
    assert probe.message.startswith("GITHUB_APP_INSTALLATION_ID names no installation of this app.")


def test_an_entry_of_an_app_does_not_ask_for_a_token_which_would_contradict_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "env").touch()
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("GITHUB_APP_ID", "1")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", pem(private_key()))
    for host in ("cursor", "vscode"):
        assert main(["config", host], SERVER) == 0
        printed = capsys.readouterr()
        assert "GITHUB_TOKEN" not in printed.out + printed.err


async def test_the_private_key_and_tokens_are_never_logged(
    acting: Open, github: ScriptedGitHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with acting(MCP_DEBUG="true") as client:
        await client.call_tool("get_issue", ISSUE)
        await client.call_tool("get_issue", {**ISSUE, "number": 99})
    secrets = [*given(github, "octocat"), *pem(private_key()).splitlines()[1:-1]]
    assert [each for each in secrets if each in caplog.text] == []


@pytest.mark.parametrize("body", [{}, {"token": "", "expires_at": "x"}, {"token": None}, []])
async def test_a_malformed_token_response_is_an_upstream_error(acting: Open, github: ScriptedGitHub, body: Any) -> None:
    github.fault("POST", ".*/access_tokens", status=201, body=body)
    async with acting() as client:
        assert failure(await client.call_tool("get_issue", ISSUE)).code == "UPSTREAM_ERROR"


async def test_a_token_with_an_unreadable_expiry_is_kept_for_ten_minutes(github: ScriptedGitHub) -> None:
    github.fault("POST", ".*/access_tokens", status=201, body={"token": "ghs_x", "expires_at": "soon"})
    async with SERVER.connect(SERVER.settings.load(environment(github))) as connection:
        assert await connection.apps.token(12) == ("ghs_x", 600.0)
