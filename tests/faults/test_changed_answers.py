"""Whatever field of an upstream's answer is gone, null or of another type: a tool on typed records tells the truth."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from changed_answers import faults
from mcp.client import Client
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.records import Record
from mcp_chassis.results import Page, Result
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, SettingsConfigDict
from mcp_chassis.testing import connected, failure
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_chassis.tools import Connected, IdempotencyKey, reads, writes
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.service import Upstream
from odd_write_answers import odd_answers
from volume import in_volume, volume

WRITES = volume(2_000)
ANSWER = {
    "total": 2,
    "complete": True,
    "things": [
        {
            "id": number,
            "name": f"thing {number}",
            "weight": 1.5,
            "owner": {"login": "ada", "site": {"url": "https://acme.test/ada"}},
            "tags": [{"name": "old"}, {"name": "heavy"}],
            "parts": ["wheel", "bell"],
            "counts": {"up": 2},
        }
        for number in (1, 2)
    ],
}


class SiteRecord(Record):
    url: str


class OwnerRecord(Record):
    login: str
    site: SiteRecord | None = None


class TagRecord(Record):
    name: str


class ThingRecord(Record):
    id: int
    name: str = ""
    weight: float | None = None
    owner: OwnerRecord | None = None
    tags: tuple[TagRecord, ...] = ()
    parts: tuple[str, ...] = ()
    counts: dict[str, int] | None = None


class FoundRecord(Record):
    total: int | None = None
    complete: bool = True


class MadeRecord(Record):
    number: int


class Thing(Result):
    id: str
    name: str
    weight: float | None = None
    owner: str | None = None
    site: str | None = None
    tags: list[str] | None = None
    parts: list[str] | None = None
    counts: dict[str, int] | None = None


class Things(Page):
    items: list[Thing]
    total: int | None = None


class Made(Result):
    number: int


Acme = Annotated[JsonApi, Connected]


def _thing(record: ThingRecord) -> Thing:
    owner = record.owner
    return Thing(
        id=str(record.id),
        name=record.name,
        weight=record.weight,
        owner=owner.login if owner else None,
        site=owner.site.url if owner and owner.site else None,
        tags=[tag.name for tag in record.tags],
        parts=list(record.parts),
        counts=record.counts,
    )


@reads("List things")
async def list_things(acme: Acme) -> Things:
    """List things by typed records."""
    response = await acme.get("/things")
    found = response.record(FoundRecord, operation="list things")
    things = response.records(ThingRecord, operation="list things", at="things", noun="things")
    return Things(items=[_thing(each) for each in things.items], total=found.total)


@reads("List things carelessly")
async def list_carelessly(acme: Acme) -> Things:
    """List things by raw dictionaries, as nobody should."""
    raw: Any = (await acme.get("/things")).json
    items = [
        Thing(id=str(thing.get("id")), name=str(thing["name"]), owner=thing["owner"]["login"])
        for thing in raw["things"]
    ]
    return Things(items=items, total=None)


@writes("Make a thing", destructive=False, idempotent=False)
async def make_thing(acme: Acme, name: str, idempotency_key: IdempotencyKey = None) -> Made:
    """Make a thing."""
    response = await acme.post("/things", json={"name": name}, proof=MadeRecord)
    return Made(number=response.record(MadeRecord, operation="make the thing").number)


class AcmeSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="ACME_")

    url: str = ""


@asynccontextmanager
async def connect(settings: AcmeSettings) -> AsyncGenerator[JsonApi]:
    policy = Policy(rate=100_000, retry_attempts=1, breaker_failures=10**8, read_timeout=5)
    async with JsonApi(settings.url, upstream=Upstream("Acme", policy=policy)) as api:
        yield api


ACME = Server(
    name="mcp-chassis",
    distribution="toolroll-core",
    settings=AcmeSettings,
    connect=connect,
    instructions="Things.",
    tools=(list_things, list_carelessly, make_thing),
    draft=True,
)


@pytest.fixture
async def client(upstream: ScriptedUpstream) -> AsyncGenerator[Client]:
    async with connected(ACME, env={"ACME_URL": upstream.url}) as session:
        yield session


async def test_no_change_of_an_answer_fails_inside_or_is_hidden(upstream: ScriptedUpstream, client: Client) -> None:
    def serve(answer: Any) -> None:
        upstream.answers("GET /things", Reply(json=answer))

    found = await faults(ANSWER, serve, lambda: client.call_tool("list_things", {}), items="items")
    assert found.lines == []
    assert found.trials > 50


async def test_a_careless_tool_is_noticed(upstream: ScriptedUpstream, client: Client) -> None:
    def serve(answer: Any) -> None:
        upstream.answers("GET /things", Reply(json=answer))

    found = await faults(ANSWER, serve, lambda: client.call_tool("list_carelessly", {}), items="items")
    assert "things null: INTERNAL_ERROR" in found.lines
    assert "things.0.id null: None reaches the model" in found.lines
    assert "things.0.name other: a value of another type reaches the model" in found.lines


@in_volume
async def test_writes_with_odd_answers_are_each_sent_once(upstream: ScriptedUpstream, client: Client) -> None:
    replies = list(odd_answers({"number": 7, "url": "https://acme.test/7"}, "number").items())
    codes: dict[str, set[str]] = {}
    for number in range(max(WRITES, len(replies))):
        name, reply = replies[number % len(replies)]
        upstream.answers("POST /things", reply)
        call = {"name": f"thing {number}", "idempotency_key": f"key {number}"}
        sent = len(upstream.requests)
        results = [await client.call_tool("make_thing", call) for _ in range(2)]
        assert len(upstream.requests) == sent + 1, name
        codes.setdefault(name, set()).update(failure(result).code for result in results)
    assert codes == {name: {"OUTCOME_UNKNOWN"} for name, _ in replies}
