"""A tool that is confirmed asks a person first, or gives a code; one yes is good for one effect."""

import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio
import pytest
from asking_hosts import REVISIONS, Host, hosted
from mcp.client import Client
from mcp_chassis.failures import Conflict
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, SettingsConfigDict
from mcp_chassis.storage.idempotency_records import FileRecordStore, MemoryRecordStore
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.tools import Confirm, Connected, IdempotencyKey, Question, writes
from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult, ElicitResult, InputRequiredResult
from pydantic import Field

Elicited = Callable[[Any, Any], Awaitable[ElicitResult]]


class BinSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="BIN_")


class Bin:
    """Counts what is thrown away; `content` is what a question is about."""

    def __init__(self) -> None:
        self.thrown: list[str] = []
        self.content = 3
        self.fails: Exception | None = None


Rubbish = Annotated[Bin, Connected]
Name = Annotated[str, Field(max_length=500)]


class Thrown(Result):
    status: str = "done"
    times: int
    code: str | None = None


async def throwing(rubbish: Rubbish, name: Name) -> str | None:
    return None if name == "harmless" else f"Throw away {rubbish.content} things called {name}?"


@writes("Throw away", destructive=True, idempotent=False, confirm=throwing)
async def delete_things(
    rubbish: Rubbish,
    name: Name,
    note: str | None = None,
    confirm: Confirm = None,
    idempotency_key: IdempotencyKey = None,
) -> Thrown:
    """Throw things away."""
    if rubbish.fails is not None:
        raise rubbish.fails
    rubbish.thrown.append(name)
    return Thrown(times=len(rubbish.thrown))


async def previewing(name: Name) -> Question:
    return Question(
        f"Commit {name}?", field="commit", preview=lambda code: Thrown(status="preview", times=0, code=code)
    )


@writes("Commit", destructive=True, idempotent=True, confirm=previewing)
async def run_statement(rubbish: Rubbish, name: Name, confirm: Confirm = None) -> Thrown:
    """Commit after a preview."""
    rubbish.thrown.append(name)
    return Thrown(times=len(rubbish.thrown))


async def counting(rubbish: Rubbish) -> Question:
    rubbish.content += 1
    return Question("Empty it?", note=str(rubbish.content))


@writes("Empty", destructive=True, idempotent=True, confirm=counting)
async def empty_bin(rubbish: Rubbish, confirm: Confirm = None) -> Thrown:
    """Empty it."""
    rubbish.thrown.append(f"{confirm} of {rubbish.content}")
    return Thrown(times=len(rubbish.thrown))


async def only_person() -> Question:
    return Question("Drop everything?", person_only=True)


@writes("Drop", destructive=True, idempotent=True, confirm=only_person)
async def close_all(rubbish: Rubbish, confirm: Confirm = None) -> Thrown:
    """Drop everything."""
    rubbish.thrown.append("everything")
    return Thrown(times=len(rubbish.thrown))


@pytest.fixture
def rubbish() -> Bin:
    return Bin()


@pytest.fixture
def server(rubbish: Bin) -> Server[BinSettings]:
    @asynccontextmanager
    async def connect(settings: BinSettings) -> AsyncGenerator[Bin]:
        yield rubbish

    return Server(
        name="mcp-chassis",
        distribution="toolroll-core",
        settings=BinSettings,
        connect=connect,
        instructions="Rubbish.",
        tools=(delete_things, run_statement, empty_bin, close_all),
        draft=True,
    )


def person(action: str = "accept", *, agree: bool = True, asked: list[str] | None = None) -> Elicited:
    async def answer(context: Any, params: Any) -> ElicitResult:
        if asked is not None:
            asked.append(params.message)
        field = next(iter(params.requested_schema["properties"]))
        return ElicitResult(action=action, content={field: agree} if action == "accept" else None)  # pyright: ignore

    return answer


async def test_a_person_who_agrees_lets_the_effect_happen_once(server, rubbish: Bin, era):
    async with connected(server, era=era, elicitation_callback=person()) as client:
        assert data(await client.call_tool("delete_things", {"name": "old"})) == {"status": "done", "times": 1}
    assert rubbish.thrown == ["old"]


@pytest.mark.parametrize(("action", "agree"), [("decline", True), ("cancel", True), ("accept", False)])
async def test_a_call_is_not_made_without_agreement(server, rubbish: Bin, era, action: str, agree: bool):
    async with connected(server, era=era, elicitation_callback=person(action, agree=agree)) as client:
        told = failure(await client.call_tool("delete_things", {"name": "old"}))
    assert (told.code, rubbish.thrown) == ("PERMISSION_DENIED", [])
    assert told.message == "The person did not agree. Do not ask again unless the person wants it."


async def test_a_tool_without_a_question_asks_nobody(server, rubbish: Bin, era):
    asked: list[str] = []
    async with connected(server, era=era, elicitation_callback=person(asked=asked)) as client:
        await client.call_tool("delete_things", {"name": "harmless"})
    async with connected(server, era=era) as client:
        await client.call_tool("delete_things", {"name": "harmless"})
    assert (rubbish.thrown, asked) == (["harmless"] * 2, [])


async def test_the_question_shows_every_argument_and_nothing_that_cannot_be_seen(server, era):
    asked: list[str] = []
    hidden = "x\u202e\u2066\U000e0041\u200by\nname: harmless"
    async with connected(server, era=era, elicitation_callback=person("decline", asked=asked)) as client:
        await client.call_tool("delete_things", {"name": "old", "note": hidden})
    assert asked[0].splitlines()[:3] == [
        "Throw away 3 things called old?",
        'name: "old"',
        'note: "xy\\nname: harmless"',
    ]
    assert asked[0].splitlines()[3:] == ["[4 invisible characters removed]"]


async def code_of(client: Client, **arguments: Any) -> str:
    told = failure(await client.call_tool("delete_things", arguments))
    assert (told.code, told.retryable) == ("CONFIRMATION_REQUIRED", False)
    assert told.message.endswith(f"send the same call with confirm={told.details['confirm']}.")
    return told.details["confirm"]


async def test_a_host_that_cannot_ask_gets_a_code_valid_for_one_effect(server, rubbish: Bin, era):
    async with connected(server, era=era) as client:
        code = await code_of(client, name="old")
        assert rubbish.thrown == []
        again = [await client.call_tool("delete_things", {"name": "old", "confirm": code}) for _ in range(3)]
    assert [data(result) for result in again] == [{"status": "done", "times": 1}] * 3
    assert rubbish.thrown == ["old"]


async def test_a_code_sent_many_times_at_once_has_one_effect(server, rubbish: Bin):
    async with connected(server) as client:
        code = await code_of(client, name="old")
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(client.call_tool, "delete_things", {"name": "old", "confirm": code})
    assert rubbish.thrown == ["old"]


@pytest.mark.parametrize(
    "arguments", [{"name": "new"}, {"name": "old", "note": "more"}], ids=["another value", "one more"]
)
async def test_a_code_is_valid_only_for_its_arguments(server, rubbish: Bin, arguments: dict[str, Any]):
    async with connected(server) as client:
        code = await code_of(client, name="old")
        told = failure(await client.call_tool("delete_things", {**arguments, "confirm": code}))
        unknown = failure(await client.call_tool("delete_things", {"name": "old", "confirm": "AAAAAAAAAAAA"}))
    assert (told.code, unknown.code, rubbish.thrown) == ("INVALID_INPUT", "INVALID_INPUT", [])


async def test_an_agreement_about_something_that_has_changed_is_a_conflict(server, rubbish: Bin):
    async with connected(server) as client:
        code = await code_of(client, name="old")
        rubbish.content = 4_000
        told = failure(await client.call_tool("delete_things", {"name": "old", "confirm": code}))
    assert (told.code, rubbish.thrown) == ("CONFLICT", [])


async def test_a_code_stays_valid_after_a_definite_refusal(server, rubbish: Bin):
    async with connected(server) as client:
        code = await code_of(client, name="old")
        rubbish.fails = Conflict("Somebody else is at it.")
        assert failure(await client.call_tool("delete_things", {"name": "old", "confirm": code})).code == "CONFLICT"
        rubbish.fails = None
        assert data(await client.call_tool("delete_things", {"name": "old", "confirm": code}))["times"] == 1


async def test_a_code_works_with_an_idempotency_key(server, rubbish: Bin):
    async with connected(server) as client:
        code = await code_of(client, name="old", idempotency_key="k")
        call = {"name": "old", "idempotency_key": "k"}
        for extra in ({"confirm": code}, {"confirm": code}, {}):
            assert data(await client.call_tool("delete_things", {**call, **extra}))["times"] == 1
    assert rubbish.thrown == ["old"]


async def test_a_code_expires_after_ten_minutes_and_its_result_is_stored_for_a_day(server, rubbish: Bin):
    dispatch = Dispatch(server, server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory"}))
    now = [1_000.0]
    dispatch.confirmations._clock = lambda: now[0]
    async with Client(dispatch) as client:
        used, unused = await code_of(client, name="old"), await code_of(client, name="old")
        await client.call_tool("delete_things", {"name": "old", "confirm": used})
        now[0] += 601
        late = failure(await client.call_tool("delete_things", {"name": "old", "confirm": unused}))
        known = data(await client.call_tool("delete_things", {"name": "old", "confirm": used}))
    assert (late.code, known["times"], rubbish.thrown) == ("INVALID_INPUT", 1, ["old"])


@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_another_process_with_the_same_store_accepts_the_code(server, rubbish: Bin, kind: str, tmp_path):
    store = MemoryRecordStore() if kind == "memory" else FileRecordStore(tmp_path / "keys.sqlite3")
    replicas = [Dispatch(server, BinSettings.load({}), TransportServices(records=lambda _: store)) for _ in range(2)]
    async with Client(replicas[0]) as first, Client(replicas[1]) as second:
        code = await code_of(first, name="old")
        assert data(await second.call_tool("delete_things", {"name": "old", "confirm": code}))["times"] == 1
        assert data(await first.call_tool("delete_things", {"name": "old", "confirm": code}))["times"] == 1
    assert rubbish.thrown == ["old"]
    await store.aclose()


async def test_the_result_is_the_tools_preview_with_the_code_if_it_has_one(server, rubbish: Bin):
    async with connected(server) as client:
        preview = data(await client.call_tool("run_statement", {"name": "s"}))
        assert (preview["status"], rubbish.thrown) == ("preview", [])
        done = data(await client.call_tool("run_statement", {"name": "s", "confirm": preview["code"]}))
    assert (done["status"], rubbish.thrown) == ("done", ["s"])


async def test_a_question_only_for_a_person_has_no_code(server, rubbish: Bin, era):
    async with connected(server, era=era) as client:
        assert failure(await client.call_tool("close_all", {})).code == "PERMISSION_DENIED"
        assert failure(await client.call_tool("close_all", {"confirm": "x"})).code == "PERMISSION_DENIED"
    async with connected(server, era=era, elicitation_callback=person()) as client:
        assert data(await client.call_tool("close_all", {}))["times"] == 1


async def test_one_accepted_form_of_the_newest_revision_sent_three_times_has_one_effect(server, rubbish: Bin):
    async with connected(server, elicitation_callback=person()) as client:

        async def send(kind: Any, **more: Any) -> Any:
            params = CallToolRequestParams(name="delete_things", arguments={"name": "old"}, **more)
            return await client.session.send_request(CallToolRequest(params=params), kind)

        asked = await send(InputRequiredResult)
        yes = {"confirm": ElicitResult(action="accept", content={"agree": True})}
        results = [await send(CallToolResult, input_responses=yes, request_state=asked.request_state) for _ in range(3)]
    assert [result.structured_content["times"] for result in results] == [1, 1, 1]
    assert rubbish.thrown == ["old"]


@pytest.mark.parametrize("content", [None, {}, {"agree": "maybe"}, {"other": True}])
async def test_an_accepted_form_with_another_field_is_not_an_agreement(server, rubbish: Bin, era, content: Any):
    async def misfit(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content=content)

    async with connected(server, era=era, elicitation_callback=misfit) as client:
        told = failure(await client.call_tool("delete_things", {"name": "old"}))
    assert (told.code, rubbish.thrown) == ("PERMISSION_DENIED", [])
    assert told.message.startswith("The host's answer does not fit the question, so nothing was done.")


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_host_that_gives_no_answer_is_asked_once_and_nothing_happens(server, rubbish: Bin, revision: str):
    host = Host(person=None)
    async with hosted(server, host, revision, {}) as call:
        told = failure(await call("delete_things", {"name": "old"}))
    assert (told.code, rubbish.thrown, len(host.questions)) == ("PERMISSION_DENIED", [], 1)
    assert told.message.startswith("The host returned no answer of the person, so nothing was done.")


async def test_the_note_of_a_question_reaches_the_tool_which_is_not_asked_for_it_again(server, rubbish: Bin, era):
    async with connected(server, era=era, elicitation_callback=person()) as client:
        await client.call_tool("empty_bin", {})
    async with connected(server, era=era) as client:
        code = failure(await client.call_tool("empty_bin", {})).details["confirm"]
        await client.call_tool("empty_bin", {"confirm": code})
    assert rubbish.thrown == ["4 of 4", "5 of 5"]


async def test_the_request_state_of_a_form_is_not_accepted_as_a_code(server, rubbish: Bin):
    store = MemoryRecordStore()
    app = Dispatch(server, BinSettings.load({}), TransportServices(records=lambda _: store))
    async with Client(app, elicitation_callback=person("decline")) as client:
        assert failure(await client.call_tool("empty_bin", {})).code == "PERMISSION_DENIED"
        [name] = store._records
        code = name.key.removeprefix("confirm ")
        assert failure(await client.call_tool("empty_bin", {"confirm": code})).code == "INVALID_INPUT"
    assert rubbish.thrown == []


@writes("Rename", destructive=True, idempotent=False, confirm=throwing)
async def rename_things(
    rubbish: Rubbish, name: Name, code: Confirm = None, key: IdempotencyKey = None, cursor: str = "c"
) -> Thrown:
    """Rename things."""
    rubbish.thrown.append(f"{name} {cursor}")
    return Thrown(times=len(rubbish.thrown))


async def test_parameters_for_keys_and_codes_are_recognised_by_type_not_name(server, rubbish: Bin):
    renaming = dataclasses.replace(server, tools=(rename_things,))
    async with connected(renaming) as client:
        asked = failure(await client.call_tool("rename_things", {"name": "old", "cursor": "mine"}))
        assert 'cursor: "mine"' in asked.message
        call = {"name": "old", "cursor": "mine", "code": asked.details["confirm"], "key": "k"}
        for _ in range(3):
            await client.call_tool("rename_things", call)
    assert rubbish.thrown == ["old mine"]


def test_a_confirmed_tool_takes_the_code():
    async def ask() -> str:
        return "Really?"

    @writes("Delete", destructive=True, idempotent=True, confirm=ask)
    async def delete_one() -> Thrown:
        """Delete one."""
        return Thrown(times=1)

    base = Server(
        name="mcp-chassis",
        distribution="toolroll-core",
        settings=BinSettings,
        connect=lambda settings: pytest.fail("connected"),
        instructions="",
        tools=(delete_one,),
    )
    with pytest.raises(TypeError, match="delete_one asks for confirmation, so it needs a parameter confirm"):
        Dispatch(base, BinSettings.load({}))
