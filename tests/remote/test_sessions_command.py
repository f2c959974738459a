"""`toolroll sessions`: the operator's list of the proxy's sessions, and their end; `grants rotate` seals them again."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import anyio.to_thread
import pytest
from mcp_chassis.cli import main
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.redis.client import RedisClient
from mcp_chassis.remote.redis.grant_store import RedisGrantStore
from mcp_chassis.testing.replies import Reply
from proxy_dance import ISSUED_SCOPES, Dance, dancing, replicated
from remote_http import BASE, served
from remote_redis import own_redis
from remote_sample import FIRST

STORES = ["file", pytest.param("redis", marks=pytest.mark.services)]
KEYS, OLD, NEW = "MCP_GRANT_KEYS", "canary-a-key-that-encrypts-the-proxys-records", "n" * 32
LIFETIME = "return redis.call('PTTL', KEYS[1])"
TEXTS = ("the server's", "new")
USED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ")


@pytest.fixture(params=STORES)
async def dance(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Dance]:
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "file":
            found = await stack.enter_async_context(dancing(tmp_path))
        else:
            redis = await stack.enter_async_context(own_redis())
            found = await stack.enter_async_context(replicated(tmp_path, redis.url))
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


async def toolroll(*arguments: str) -> int:
    return await anyio.to_thread.run_sync(main, arguments)


def person(dance: Dance, name: str) -> str:
    return f"oauth:user:{dance.provider.url}#{name}"


async def test_the_list_shows_person_server_scopes_use_and_client_and_no_token(
    dance: Dance, capsys: pytest.CaptureFixture[str]
) -> None:
    await dance.register(client_name="Evil\u202e\nname")
    tokens = await dance.tokens(scope="read")
    dance.provider.claims = {"sub": "bob"}
    await dance.register()
    others = await dance.tokens()
    assert await toolroll("sessions", "list") == 0
    told = capsys.readouterr().out
    ann, bob = told.splitlines()
    columns = [line.split("  ") for line in (ann, bob)]
    scopes = ISSUED_SCOPES.replace(" ", ",")
    expected = [[person(dance, "ann"), f"{BASE}/mcp", "read"], [person(dance, "bob"), f"{BASE}/mcp", scopes]]
    assert [each[:3] for each in columns] == expected
    assert [each[4] for each in columns] == ['"Evil\\nname"', '"a client"']
    assert all(USED.fullmatch(each[3]) for each in columns)
    secrets = [each[kind] for each in (tokens, others) for kind in ("access_token", "refresh_token")]
    assert [each for each in [*secrets, "canary-"] if each in told] == []


async def test_ended_sessions_of_a_person_are_refused_at_once_and_those_of_others_go_on(
    dance: Dance, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = await dance.tokens(scope="read"), await dance.tokens(scope="read write")
    dance.provider.claims = {"sub": "bob"}
    of_bob = await dance.tokens()
    assert await toolroll("sessions", "end", person(dance, "ann")) == 0
    told = capsys.readouterr()
    called = [(await dance.call(each["access_token"])).status_code for each in (first, second, of_bob)]
    refreshed = [(await dance.refresh(each["refresh_token"])).status_code for each in (first, of_bob)]
    assert await toolroll("sessions", "end", person(dance, "ann")) == 1
    assert told.out == f"Ended sessions of {person(dance, 'ann')}: 2. Their tokens are refused from now on.\n"
    assert called == [401, 401, 200]
    assert refreshed == [400, 200]
    assert capsys.readouterr().err == f"{person(dance, 'ann')} has no session.\n"


async def test_a_session_that_is_ended_during_a_refresh_stays_ended(dance: Dance) -> None:
    tokens = await dance.tokens()
    released = asyncio.Event()
    dance.provider.upstream.answers("POST /token", Reply(json={"access_token": "x"}, until=released))
    refreshing = asyncio.create_task(dance.refresh(tokens["refresh_token"]))
    await dance.provider.upstream.seen(2, "POST /token")
    assert await toolroll("sessions", "end", person(dance, "ann")) == 0
    released.set()
    response = await refreshing
    called = await dance.call(tokens["access_token"])
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert response.json()["error_description"] == "the session has ended: sign in again"
    assert called.status_code == 401


@pytest.mark.parametrize("endpoint", [True, False], ids=["with an endpoint for it", "without one"])
async def test_the_providers_refresh_tokens_are_revoked_where_it_can(
    endpoint: bool, dance: Dance, capsys: pytest.CaptureFixture[str]
) -> None:
    dance.provider.upstream.answers("POST /revoke", Reply(200))
    if endpoint:
        dance.provider.publish(revocation_endpoint=f"{dance.provider.url}/revoke")
    await dance.tokens()
    assert await toolroll("sessions", "end", person(dance, "ann")) == 0
    sent = [request.form["token"] for request in dance.provider.upstream.asked("POST /revoke")]
    told = capsys.readouterr().err
    refusal = f"{dance.provider.url} did not confirm that 1 of its refresh tokens are revoked; they are deleted here.\n"
    assert sent == (["canary-provider-refresh-token"] if endpoint else [])
    assert told == ("" if endpoint else refusal)


async def test_after_rotating_a_session_and_its_client_go_on_under_the_new_key_alone(
    dance: Dance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await dance.tokens()
    monkeypatch.setenv(KEYS, f"{NEW},{OLD}")
    assert await toolroll("grants", "rotate") == 0
    rotated = capsys.readouterr().out
    monkeypatch.setenv(KEYS, NEW)
    assert await toolroll("sessions", "list") == 0
    listed = capsys.readouterr()
    assert "records of the authorization proxy" in rotated
    assert listed.out.startswith(person(dance, "ann"))
    assert listed.out.endswith('"a client"\n')
    assert listed.err == ""


async def test_a_rotated_session_is_refreshed_by_a_server_with_the_new_key_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        for name, value in {**dance.environment, KEYS: f"{NEW},{OLD}"}.items():
            monkeypatch.setenv(name, value)
        assert await toolroll("grants", "rotate") == 0
        alone = {**dance.environment, KEYS: NEW}
        async with served({"": FIRST}, alone) as http:
            refreshed = await replace(dance, http=http).refresh(tokens["refresh_token"])
            called = await replace(dance, http=http).call(refreshed.json()["access_token"])
    assert [refreshed.status_code, called.status_code] == [200, 200]


async def test_sessions_of_an_unknown_key_are_counted_not_shown_and_not_ended(
    dance: Dance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = await dance.tokens()
    monkeypatch.setenv(KEYS, NEW)
    statuses = [await toolroll("sessions", "list"), await toolroll("sessions", "end", person(dance, "ann"))]
    told = capsys.readouterr()
    rotated = await toolroll("grants", "rotate")
    assert [*statuses, rotated] == [1, 1, 1]
    assert told.out == ""
    assert told.err.count("1 sessions cannot be read: encrypted with a key that is not in MCP_GRANT_KEYS.\n") == 2
    assert "records of the authorization proxy: encrypted with a key that is not" in capsys.readouterr().err
    assert (await dance.call(tokens["access_token"])).status_code == 200


def test_without_the_keys_of_the_servers_nothing_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MCP_GRANTS_FILE", str(tmp_path / "grants.sqlite3"))
    commands = (["sessions", "list"], ["sessions", "end", "oauth:ann"], ["grants", "rotate"])
    assert [main(command) for command in commands] == [2, 2, 2]
    assert capsys.readouterr().err.count("MCP_GRANT_KEYS: is needed, with the same keys as the servers\n") == 3


def test_sessions_are_ended_with_the_settings_of_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MCP_GRANTS_FILE", str(tmp_path / "grants.sqlite3"))
    monkeypatch.setenv(KEYS, NEW)
    assert main(["sessions", "end", "oauth:ann"]) == 2
    assert "MCP_OAUTH_PROXY_ISSUER: is needed, as for the servers" in capsys.readouterr().err


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[GrantStore]:
    if request.param == "file":
        async with contextlib.aclosing(FileGrantStore(tmp_path / "grants.sqlite3")) as found:
            yield found
        return
    async with own_redis() as redis, contextlib.aclosing(RedisClient(redis.url)) as link:
        yield RedisGrantStore(link)


async def test_a_grant_or_text_that_a_server_replaced_meanwhile_is_left_to_it(store: GrantStore) -> None:
    owner = ("github", "oauth:ann")
    await store.put(owner, "the server's")
    await store.put_for("proxy:session:1", "the server's", 60)
    late = [await store.replace(owner, "old", "x"), await store.replace_text("proxy:session:1", "old", "x")]
    late += [await store.replace(("slack", "bob"), "old", "x"), await store.replace_text("proxy:session:2", "old", "x")]
    found = [await store.grant(owner), await store.read("proxy:session:1")]
    timely = [await store.replace(owner, "the server's", "new"), await store.replace_text("proxy:session:1", *TEXTS)]
    assert late == [False] * 4
    assert found == ["the server's"] * 2
    assert timely == [True, True]
    assert [await store.grant(owner), await store.read("proxy:session:1")] == ["new", "new"]
    assert [list(await store.all()), await store.read("proxy:session:2")] == [[owner], None]


async def test_texts_are_found_by_the_beginning_of_their_names_until_they_expire(store: GrantStore) -> None:
    names = [f"proxy:session:{number:04}" for number in range(1_500)]
    for name in names:
        await store.put_for(name, f"text of {name}", 60)
    await store.put_for("proxy:client:1", "another", 60)
    await store.put_once("github:state:proxy:session:1", "another", 60)
    await store.take(names.pop())
    assert await store.texts("proxy:session:") == {name: f"text of {name}" for name in names}
    assert await store.texts("proxy:none:") == {}


async def test_a_text_is_put_again_only_while_there_is_one_and_gets_the_new_lifetime(store: GrantStore) -> None:
    await store.put_for("name", "first", 60)
    again = [await store.put_again("name", "second", 60), await store.put_again("other", "second", 60)]
    assert again == [True, False]
    assert [await store.read("name"), await store.read("other")] == ["second", None]


@pytest.mark.services
async def test_a_text_in_redis_that_is_encrypted_again_expires_as_before() -> None:
    async with own_redis() as redis, contextlib.aclosing(RedisClient(redis.url)) as link:
        store = RedisGrantStore(link)
        await store.put_for("name", "old", 60)
        assert await store.replace_text("name", "old", "new")
        left = await link.ask(lambda commands: commands.eval(LIFETIME, 1, "toolroll:once:name"))
    assert 0 < left <= 60_000


async def test_an_expired_text_of_a_file_is_neither_listed_nor_put_again(tmp_path: Path) -> None:
    async with contextlib.aclosing(FileGrantStore(tmp_path / "grants.sqlite3")) as store:
        await store.put_for("name", "first", 60)
        await store.put_again("name", "second", -1)
        assert await store.texts("name") == {}
        assert not await store.put_again("name", "third", 60)
