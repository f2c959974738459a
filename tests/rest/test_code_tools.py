"""Tools in code beside bridged ones: triage asks whom it can, a batch tells how far it came."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure
from mcp_types import CreateMessageResult, ElicitResult, TextContent
from rest_mcp.assembly import server_of
from support_api_desk import Running
from task_hosts import by_either_host

BRIDGE = Path(__file__).parents[2] / "examples" / "support-api" / "bridge.toml"
ERAS = ["legacy", "modern"]
Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def connect(desk: Running) -> Connect:
    server = server_of(BRIDGE)
    return lambda **how: connected(server, env={"MCP_OUTBOUND_RATE": "1000", **desk.environment}, **how)


@pytest.fixture
async def client(connect: Connect) -> AsyncGenerator[Client]:
    async with connect() as client:
        yield client


def model(answer: str, asked: list[Any]) -> Any:
    """A host's model that always says the same."""

    async def sample(context: Any, params: Any) -> CreateMessageResult:
        asked.append(params)
        return CreateMessageResult(role="assistant", content=TextContent(type="text", text=answer), model="small")

    return sample


def person(action: str, content: dict[str, Any] | None, asked: list[Any]) -> Any:
    async def elicit(context: Any, params: Any) -> ElicitResult:
        asked.append(params)
        return ElicitResult(action=action, content=content)

    return elicit


async def test_the_tools_of_the_document_and_those_in_code_are_one_list(client: Client) -> None:
    names = [tool.name for tool in (await client.list_tools()).tools]
    assert names[:3] == ["list_users", "list_tickets", "get_ticket"]
    assert names[-2:] == ["triage_ticket", "process_tickets"]
    users = json.loads((await client.read_resource("support://users/active")).contents[0].text)
    assert [user["id"] for user in users["items"]] == [1, 2, 4]


@pytest.mark.parametrize("era", ERAS)
async def test_the_hosts_model_decides_what_was_left_out(connect: Connect, era: str) -> None:
    asked: list[Any] = []
    async with connect(era=era, sampling_callback=model("Bug, critical.", asked)) as client:
        result = data(await client.call_tool("triage_ticket", {"ticket_id": 1}))
        ticket = data(await client.call_tool("get_ticket", {"ticket_id": 1}))
    routed = {"category": "bug", "priority": "critical", "queue": "engineering", "label": "bug"}
    assert result == {"ticket_id": 1, **routed, "decided_by": "model"}
    assert {name: ticket[name] for name in routed} == routed
    assert len(asked) == 1
    assert "Cannot sign in" in asked[0].messages[0].content.text


@pytest.mark.parametrize("era", ERAS)
async def test_a_person_decides_where_the_model_talks_nonsense(connect: Connect, era: str) -> None:
    asked: list[Any] = []
    answered = person("accept", {"category": "feature", "priority": "low"}, asked)
    told = model("I would rather not say.", [])
    async with connect(era=era, sampling_callback=told, elicitation_callback=answered) as client:
        result = data(await client.call_tool("triage_ticket", {"ticket_id": 2}))
    assert (result["queue"], result["decided_by"]) == ("product", "person")
    assert "Export as CSV" in asked[0].message


async def test_a_person_who_declines_stops_the_triage(connect: Connect) -> None:
    async with connect(elicitation_callback=person("decline", None, [])) as client:
        failed = failure(await client.call_tool("triage_ticket", {"ticket_id": 2}))
        assert data(await client.call_tool("get_ticket", {"ticket_id": 2})).get("queue") is None
    assert failed.code == "PERMISSION_DENIED"


async def test_a_host_without_a_model_and_a_person_gets_an_error_with_the_missing_arguments(client: Client) -> None:
    failed = failure(await client.call_tool("triage_ticket", {"ticket_id": 2}))
    assert failed.code == "INVALID_INPUT"
    assert failed.details == {"needs": ["category", "priority"]}


async def test_what_the_caller_says_is_asked_of_nobody(connect: Connect) -> None:
    asked: list[Any] = []
    given = {"ticket_id": 4, "category": "question", "priority": "low"}
    async with connect(sampling_callback=model("bug critical", asked)) as client:
        failed = failure(await client.call_tool("triage_ticket", given))
        result = data(await client.call_tool("triage_ticket", {**given, "ticket_id": 3}))
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert (result["queue"], result["decided_by"]) == ("support", "caller")
    assert asked == []


async def test_a_batch_goes_through_its_stages_and_names_what_it_could_not_read(client: Client) -> None:
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    called = await client.call_tool("process_tickets", {"ids": [1, 2, 77, 3]}, progress_callback=hear)
    result = data(called)
    assert result["completed_stages"] == ["load", "preprocess", "analyse", "report"]
    assert result["completed_stage_count"] == 4
    assert result["processed"] == 3
    assert result["report"]["status"] == {"open": 2, "pending": 1}
    assert [(each["ticket_id"], "There is no ticket 77." in each["reason"]) for each in result["failed"]] == [
        (77, True)
    ]
    stages = ["Stage: load", "Stage: preprocess", "Stage: analyse", "Stage: report", "Done"]
    assert heard == list(enumerate(stages))


async def test_a_batch_that_can_read_nothing_tells_in_which_stage_it_ended(client: Client) -> None:
    failed = failure(await client.call_tool("process_tickets", {"ids": [70, 71]}))
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert (failed.details["stage"], failed.details["completed_stages"]) == ("load", [])
    assert (failed.details["completed_stage_count"], failed.details["stage_count"]) == (0, 4)


async def test_tickets_are_processed_by_a_task_as_by_a_call(desk: Running) -> None:
    task, call = await by_either_host(server_of(BRIDGE), desk.environment, "process_tickets", ids=[1, 2, 77])
    assert task["structuredContent"]["processed"] == 2
    assert task == call


async def test_duplicates_are_found_across_spellings(client: Client) -> None:
    twice = {"user_id": 1, "subject": "export  as csv", "description": "Again."}
    made = data(await client.call_tool("create_support_ticket", twice))["ticket_id"]
    found = data(await client.call_tool("process_tickets", {"ids": [1, 2, made], "operation": "duplicates"}))
    assert found["report"]["duplicates"] == [[2, made]]
