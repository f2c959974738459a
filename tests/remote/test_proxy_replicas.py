"""The authorization proxy with two replicas that share Redis, and many requests at the same time."""

import asyncio
from pathlib import Path

import pytest
import redis.asyncio
from proxy_dance import dancing, replicated
from remote_redis import own_redis

REQUESTS = 10
DAY = 24 * 3600


@pytest.mark.services
async def test_each_step_may_reach_another_replica(tmp_path: Path) -> None:
    async with own_redis() as shared, replicated(tmp_path, shared.url) as dance:
        tokens = await dance.tokens()
        statuses = [(await dance.call(tokens["access_token"])).status_code for _ in range(2)]
        for _ in range(3):
            tokens = (await dance.refresh(tokens["refresh_token"])).json()
        statuses += [(await dance.call(tokens["access_token"])).status_code for _ in range(2)]
        form = {"token": tokens["refresh_token"], "client_id": dance.client["client_id"]}
        await dance.http.post("/revoke", data=form)
        statuses += [(await dance.call(tokens["access_token"])).status_code for _ in range(2)]
    assert statuses == [200, 200, 200, 200, 401, 401]


@pytest.mark.services
async def test_a_code_is_exchanged_once_however_many_replicas_are_asked_at_the_same_time(tmp_path: Path) -> None:
    async with own_redis() as shared, replicated(tmp_path, shared.url) as dance:
        code = await dance.code()
        responses = await asyncio.gather(*(dance.exchange(code) for _ in range(REQUESTS)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * (REQUESTS - 1)


@pytest.mark.services
async def test_concurrent_refreshes_at_replicas_ask_the_provider_once_and_return_one_token(tmp_path: Path) -> None:
    async with own_redis() as shared, replicated(tmp_path, shared.url) as dance:
        tokens = await dance.tokens()
        responses = await asyncio.gather(*(dance.refresh(tokens["refresh_token"]) for _ in range(REQUESTS)))
        asked = dance.provider.upstream.asked("POST /token")
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["refresh_token"] for response in responses}) == 1
    assert len(asked) == 2  # the sign-in and one refresh


async def test_concurrent_exchanges_of_a_code_in_one_process_succeed_once(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        code = await dance.code()
        responses = await asyncio.gather(*(dance.exchange(code) for _ in range(REQUESTS)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * (REQUESTS - 1)


@pytest.mark.services
async def test_without_redis_nothing_is_accepted_and_every_response_says_when_to_try_again(tmp_path: Path) -> None:
    async with own_redis() as shared, replicated(tmp_path, shared.url) as dance:
        tokens = await dance.tokens()
        page = await dance.consent_page(scope="read")
        await shared.kill()
        called = await dance.call(tokens["access_token"])
        refreshed = await dance.refresh(tokens["refresh_token"])
        registered = await dance.register()
        consented = await dance.answered(page)
        asked = await dance.authorize()
        called_back = await dance.http.get("/oauth/callback?state=a-state&code=a-code")
    responses = [called, refreshed, registered, consented, asked, called_back]
    assert [response.status_code for response in responses] == [503] * 6
    assert refreshed.json()["error"] == "temporarily_unavailable"
    assert int(called.headers["retry-after"]) > 0


@pytest.mark.services
async def test_what_is_in_redis_is_encrypted_and_its_names_hold_no_secret(tmp_path: Path) -> None:
    async with own_redis() as shared, replicated(tmp_path, shared.url) as dance:
        code = await dance.code(scope="read")
        tokens = await dance.tokens()
        client = redis.asyncio.Redis.from_url(shared.url)
        names = [name async for name in client.scan_iter("*once*")]
        stored = b"\n".join([*names, *[await client.get(name) or b"" for name in names]])
        lifetimes = [await client.ttl(name) for name in names]
        await dance.register()
        unused = [await client.ttl(name) async for name in client.scan_iter("*once*client*") if name not in names]
        await client.aclose()
    secrets = [code, tokens["access_token"], tokens["refresh_token"], "canary-provider", dance.client["client_id"]]
    assert [secret for secret in secrets if secret.encode() in stored] == []
    assert len(names) >= 4
    assert min(lifetimes) > 0
    assert max(lifetimes) > 300 * DAY  # the client through which somebody has signed in
    assert [lifetime <= DAY for lifetime in unused] == [True]
