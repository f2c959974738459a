"""After a write was sent and not refused, what is unclear is OUTCOME_UNKNOWN, and the same key never sends again."""

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import pytest
from mcp.client import Client
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.records import Record
from mcp_chassis.pipeline.account import account_of
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import HttpsUrl, Secret, ServerSettings, SettingsConfigDict
from mcp_chassis.storage.idempotency_records import MemoryRecordStore
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_chassis.tools import Connected, IdempotencyKey, writes
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream

KEYED = {"idempotency_key": "k"}


class AcmeSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="ACME_")

    url: HttpsUrl = "https://acme.example"
    token: Secret | None = None


class ThingRecord(Record):
    id: int
    name: str = ""


class Thing(Result):
    number: int


Acme = Annotated[JsonApi, Connected]


@writes("Make a thing", destructive=False, idempotent=False)
async def make_thing(acme: Acme, then: str = "", idempotency_key: IdempotencyKey = None) -> Thing:
    """Make a thing."""
    made = (await acme.post("/things", json={})).record(ThingRecord, operation="make the thing")
    if then == "read":
        await acme.get("/things/7")
    if then == "misread":
        (await acme.get("/things")).record(ThingRecord, operation="read the thing")
    if then == "shape":
        return Thing(number=made.name)  # pyright: ignore[reportArgumentType]
    return Thing(number=1 // (then != "bug"))


@writes("Set a thing", destructive=False, idempotent=True)
async def set_thing(acme: Acme, then: str = "") -> Thing:
    """Set a thing."""
    await acme.put("/things/7", json={})
    if then == "read":
        await acme.get("/things/7")
    return Thing(number=1 // (then != "bug"))


@writes("Search by POST", destructive=False, idempotent=True)
async def search_things(acme: Acme) -> Thing:
    """Search by a request that changes nothing."""
    await acme.post("/things", json={}, repeat=Repeat.READ)
    return Thing(number=1 // 0)


@asynccontextmanager
async def connect(settings: AcmeSettings) -> AsyncGenerator[JsonApi]:
    service = Upstream("Acme", policy=Policy(rate=10_000, retry_base=0.001, unsent_base=0.001, retry_attempts=2))
    async with JsonApi(settings.url, upstream=service) as api:
        yield api


ACME = Server(
    name="mcp-chassis",
    distribution="toolroll-core",
    settings=AcmeSettings,
    connect=connect,
    instructions="Things.",
    tools=(make_thing, set_thing, search_things),
    draft=True,
)


@pytest.fixture
async def upstream() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as scripted:
        scripted.answers("POST /things", Reply(201, json={"id": 7}))
        scripted.answers("PUT /things/7", Reply(200, json={"id": 7}))
        scripted.answers("GET /things", Reply(200, json=[]))
        yield scripted


def settings_for(upstream: ScriptedUpstream, token: str = "a" * 20) -> AcmeSettings:
    return AcmeSettings.load({"ACME_URL": upstream.url, "ACME_TOKEN": token})


@pytest.fixture
async def client(upstream: ScriptedUpstream) -> AsyncGenerator[Client]:
    async with connected(ACME, env={"ACME_URL": upstream.url, "ACME_TOKEN": "a" * 20}) as session:
        yield session


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        ("bug", "Acme accepted the change, but this server then failed in a way it did not foresee."),
        ("shape", "Acme accepted the change, but this server then failed in a way it did not foresee."),
        (
            "read",
            "Acme accepted the change, but then the call failed. Acme has nothing there, or hides it; check the names.",
        ),
        (
            "misread",
            "Acme accepted the change, but then the call failed. Acme responded to the request to read the thing with",
        ),
    ],
)
async def test_a_failure_after_a_thing_was_made_is_an_unknown_outcome_and_the_key_never_sends_again(
    upstream: ScriptedUpstream, client: Client, then: str, sentence: str
):
    upstream.answers("GET /things/7", Reply(404, json={}))
    results = [await client.call_tool("make_thing", {"then": then, **KEYED}) for _ in range(3)]
    failures = [failure(result) for result in results]
    assert [each.code for each in failures] == ["OUTCOME_UNKNOWN"] * 3
    assert failures[0].message.startswith(sentence)
    assert failures[0].message.endswith("It may have happened: check before doing it again.")
    assert not failures[0].retryable
    assert len(upstream.asked("POST *")) == 1


@pytest.mark.parametrize(
    "reply",
    [Reply(201, json=[]), Reply(201, json={}), Reply(201, json=None), Reply(202), Reply(204), Reply(408), Reply(500)],
    ids=["list", "object", "null", "202", "204", "408", "500"],
)
async def test_a_response_that_confirms_nothing_leaves_the_outcome_unknown_and_is_not_repeated_for_the_key(
    upstream: ScriptedUpstream, client: Client, reply: Reply
):
    upstream.answers("POST /things", reply)
    results = [await client.call_tool("make_thing", KEYED) for _ in range(2)]
    assert [failure(result).code for result in results] == ["OUTCOME_UNKNOWN"] * 2
    assert len(upstream.asked("POST *")) == 1


async def test_a_refused_write_may_be_sent_again_with_the_same_key(upstream: ScriptedUpstream, client: Client):
    upstream.answers("POST /things", Reply(422, json={}), Reply(201, json={"id": 7}))
    refused = await client.call_tool("make_thing", KEYED)
    made = await client.call_tool("make_thing", KEYED)
    assert failure(refused).code == "INVALID_INPUT"
    assert data(made) == {"number": 1}


@pytest.mark.parametrize(("then", "code"), [("bug", "OUTCOME_UNKNOWN"), ("read", "RESOURCE_NOT_FOUND")])
async def test_a_definite_failure_after_a_repeatable_write_is_reported_itself(
    upstream: ScriptedUpstream, client: Client, then: str, code: str
):
    upstream.answers("GET /things/7", Reply(404, json={}))
    assert failure(await client.call_tool("set_thing", {"then": then})).code == code


async def test_a_bug_before_any_write_is_an_internal_error(client: Client):
    assert failure(await client.call_tool("search_things", {})).code == "INTERNAL_ERROR"


async def test_one_key_at_two_accounts_makes_a_thing_at_each(upstream: ScriptedUpstream):
    store = MemoryRecordStore()
    carriage = TransportServices(records=lambda settings: store)
    async with ScriptedUpstream() as other:
        other.answers("POST /things", Reply(201, json={"id": 9}))
        accounts = [settings_for(upstream), settings_for(upstream, token="b" * 20), settings_for(other)]
        for settings in (*accounts, *accounts):
            async with Client(Dispatch(ACME, settings, carriage)) as client:
                assert data(await client.call_tool("make_thing", KEYED)) == {"number": 1}
        assert (len(upstream.asked("POST *")), len(other.asked("POST *"))) == (2, 1)


async def test_the_name_of_an_account_contains_neither_its_url_nor_its_credential(upstream: ScriptedUpstream):
    names = {account_of(ACME, settings_for(upstream, token=token)) for token in ("a" * 20, "a" * 20, "b" * 20)}
    assert len(names) == 2
    assert not [name for name in names if "a" * 20 in name or upstream.url in name]


async def test_the_settings_of_limits_do_not_change_the_account(upstream: ScriptedUpstream):
    settings = settings_for(upstream)
    assert account_of(ACME, settings) == account_of(
        dataclasses.replace(ACME), settings.model_copy(update={"max_result_chars": 5_000})
    )
