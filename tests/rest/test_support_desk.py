"""The quick start: the support desk through its bridge, good and bad."""

import json

import httpx2
import pytest
from mcp.client import Client
from mcp_chassis.server import Server
from mcp_chassis.testing import connected, data, failure, text
from plausible import arguments_for
from support_api_desk import TOKEN, Running

TICKET = {"user_id": 1, "subject": "Printer", "description": "It prints nothing."}


async def fault(desk: Running, route: str, **how: object) -> None:
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}, trust_env=False) as http:
        answer = await http.post(f"{desk.url}/faults", json={"route": route, **how})
    assert answer.status_code == 201


async def test_users_are_listed_with_the_fields_a_model_uses_and_filtered(call) -> None:
    found = data(await call("list_users", status="inactive"))
    assert found == {"items": [{"id": 3, "name": "Chiyo Tan", "email": "chiyo@example.com", "status": "inactive"}]}
    assert len(data(await call("list_users"))["items"]) == 4


async def test_a_ticket_is_opened_with_its_default_priority_and_found_again(call) -> None:
    opened = data(await call("create_support_ticket", **TICKET))
    assert opened == {"status": "open", "message": "Ticket 4 is open for Ada Okafor.", "ticket_id": 4}
    assert data(await call("get_ticket", ticket_id=4))["priority"] == "medium"
    assert data(await call("list_tickets"))["items"][0]["id"] == 4


async def test_a_ticket_is_moved_to_another_status(call) -> None:
    assert data(await call("update_ticket_status", ticket_id=1, status="resolved"))["status"] == "resolved"
    assert data(await call("count_tickets"))["status"] == {"open": 1, "pending": 1, "resolved": 1}


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("get_user", {"user_id": 99}, "There is no user 99."),
        ("get_ticket", {"ticket_id": 98}, "There is no ticket 98."),
        ("create_support_ticket", {**TICKET, "user_id": 97}, "There is no user 97."),
        ("update_ticket_status", {"ticket_id": 96, "status": "closed"}, "There is no ticket 96."),
    ],
)
async def test_what_is_missing_is_named_in_the_apis_own_words(call, tool: str, arguments, words: str) -> None:
    failed = failure(await call(tool, **arguments))
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert f'"Not Found: {words}"' in failed.message


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("list_users", {"status": "asleep"}, "status"),
        ("get_user", {"user_id": 0}, "user_id"),
        ("get_user", {"user_id": "../tickets"}, "user_id"),
        ("get_user", {}, "user_id"),
        ("create_support_ticket", {**TICKET, "priority": "urgent"}, "priority"),
        ("create_support_ticket", {**TICKET, "subject": "x" * 201}, "subject"),
        ("create_support_ticket", {**TICKET, "host": "evil.example"}, "host"),
        ("update_ticket_status", {"ticket_id": 1, "status": "gone"}, "status"),
    ],
)
async def test_bad_arguments_never_reach_the_api(call, desk: Running, tool: str, arguments, named: str) -> None:
    failed = failure(await call(tool, **arguments))
    assert failed.code == "INVALID_INPUT"
    assert named in failed.message
    assert desk.seen == []


async def test_a_wrong_token_is_reported_with_the_name_of_its_variable(starter: Server, desk: Running) -> None:
    async with connected(starter, env={**desk.environment, "API_TOKEN": "wrong"}) as client:
        failed = failure(await client.call_tool("list_users", {}))
    assert failed.code == "AUTHENTICATION_FAILED"
    assert "API_TOKEN" in failed.message
    assert "wrong" not in failed.message


@pytest.mark.parametrize("missing", ["API_TOKEN", "API_BASE_URL"])
async def test_without_a_variable_the_tools_are_listed_and_calls_name_it(
    starter: Server, desk: Running, missing: str
) -> None:
    env = {name: value for name, value in desk.environment.items() if name != missing}
    async with connected(starter, env=env) as client:
        assert len((await client.list_tools()).tools) == 7
        failed = failure(await client.call_tool("list_users", {}))
    assert missing in failed.message
    assert failed.retryable is False


async def test_a_read_that_fails_once_is_asked_again(call, desk: Running) -> None:
    await fault(desk, "GET /users")
    assert data(await call("list_users"))["items"]
    assert desk.asked("GET", "/users") == 2


async def test_a_ticket_whose_answer_is_lost_is_opened_once_because_the_api_takes_a_key(call, desk: Running) -> None:
    await fault(desk, "POST /tickets", after=True)
    assert data(await call("create_support_ticket", **TICKET))["ticket_id"] == 4
    keys = {seen.headers["idempotency-key"] for seen in desk.seen if seen.path == "/tickets"}
    assert desk.asked("POST", "/tickets") == 2
    assert len(keys) == 1
    assert data(await call("list_tickets"))["items"][1]["id"] == 3


async def test_the_same_key_opens_one_ticket_and_another_ticket_needs_another_key(call, desk: Running) -> None:
    first = data(await call("create_support_ticket", **TICKET, idempotency_key="k\r\n1"))
    assert data(await call("create_support_ticket", **TICKET, idempotency_key="k\r\n1")) == first
    assert desk.asked("POST", "/tickets") == 1
    failed = failure(await call("create_support_ticket", **{**TICKET, "subject": "Other"}, idempotency_key="k\r\n1"))
    assert failed.code == "INVALID_INPUT"


async def test_an_unchanged_list_costs_the_api_no_body(call, desk: Running) -> None:
    first = data(await call("list_users"))
    assert data(await call("list_users")) == first
    plain, conditional = desk.seen
    assert "if-none-match" not in plain.headers
    assert "if-none-match" in conditional.headers


async def test_each_upstream_request_has_the_id_of_the_tool_call_and_a_traceparent(call, desk: Running) -> None:
    await call("get_user", user_id=1)
    await call("get_user", user_id=2)
    first, second = (seen.headers for seen in desk.seen)
    assert first["x-request-id"] != second["x-request-id"]
    assert [len(part) for part in first["traceparent"].split("-")] == [2, 32, 16, 2]
    assert first["traceparent"] != second["traceparent"]


async def test_lists_go_on_by_cursor_through_all_tickets(starter: Server, desk: Running) -> None:
    async with connected(starter, env={"MCP_OUTBOUND_RATE": "1000", **desk.environment}) as client:
        for number in range(60):
            await client.call_tool("create_support_ticket", {**TICKET, "subject": f"Number {number}"})
        ids = await every_id(client)
    assert ids == list(range(63, 0, -1))


async def every_id(client: Client) -> list[int]:
    ids: list[int] = []
    cursor: str | None = None
    while True:
        page = data(await client.call_tool("list_tickets", {"cursor": cursor} if cursor else {}))
        ids += [ticket["id"] for ticket in page["items"]]
        cursor = page.get("next_cursor")
        if cursor is None:
            return ids


async def test_the_resources_hold_the_active_users_and_each_user(starter: Server, desk: Running) -> None:
    async with connected(starter, env=desk.environment) as client:
        listed = json.loads((await client.read_resource("support://users/active")).contents[0].text)
        single = json.loads((await client.read_resource("support://users/2")).contents[0].text)
    assert [user["id"] for user in listed["items"]] == [1, 2, 4]
    assert single["name"] == "Ben Ruiz"
    assert single["open_tickets"] == 1


async def test_the_prompt_says_what_to_settle_before_a_request_and_after_it(starter: Server) -> None:
    async with connected(starter) as client:
        wanted = {"endpoint": "/users/{id}", "method": "POST"}
        message = (await client.get_prompt("api_request_template", wanted)).messages[0]
    for word in ("Authentication", "Parameters", "Headers", "Errors", "Parse", "Extract", "Format", '"/users/{id}"'):
        assert word in message.content.text


async def test_no_answer_repeats_itself_as_indented_text(call) -> None:
    result = await call("get_user", user_id=1)
    assert json.loads(text(result)) == result.structured_content
    assert "\n" not in text(result)


async def test_the_tools_that_say_they_only_read_send_nothing_but_reads(starter: Server, desk: Running) -> None:
    async with connected(starter, env={"MCP_OUTBOUND_RATE": "1000", **desk.environment}) as client:
        tools = (await client.list_tools()).tools
        reading = [tool for tool in tools if tool.annotations and tool.annotations.read_only_hint]
        for tool in reading:
            await client.call_tool(tool.name, arguments_for(tool.input_schema))
    assert len(desk.seen) == len(reading) == 5
    assert {seen.method for seen in desk.seen} == {"GET"}


async def test_a_read_only_bridge_offers_no_write_and_refuses_one_by_name(starter: Server, desk: Running) -> None:
    async with connected(starter, env={**desk.environment, "REST_READ_ONLY": "true"}) as client:
        assert len((await client.list_tools()).tools) == 5
        failed = failure(await client.call_tool("create_support_ticket", TICKET))
    assert failed.code == "PERMISSION_DENIED"
    assert desk.seen == []
