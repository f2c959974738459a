"""A call that takes long becomes a task, and what came of it is told to its owner."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import anyio
import pytest
from long_server import Desk, dispatch_of
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import AllowAll
from mcp_chassis.tasks.extension import TASKS
from mcp_chassis.tasks.store import Limits
from mcp_chassis.testing import data, failure
from mcp_types import CallToolResult
from sample_server import SAMPLE
from task_hosts import TaskHost, host_of

LATE = "3600"
RED = {"action": "accept", "content": {"colour": "red"}}
UNKNOWN = "You have no task of this id, or it has expired."


@pytest.fixture
def desk() -> Desk:
    return Desk()


def told_error(result: dict[str, Any]) -> dict[str, Any]:
    """The `error` object in the result of a task whose call failed."""
    return json.loads(result["content"][0]["text"])["error"]


async def test_a_call_that_takes_long_becomes_a_task_whose_result_is_the_calls(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        name = await host.begin("look_long")
        working = await host.get(name)
        desk.release.set()
        done = await host.ended(name)
    assert working["status"] == "working"
    assert (working["ttlMs"], working["pollIntervalMs"]) == (7_200_000, 3_000)
    assert done["status"] == "completed"
    assert done["result"]["structuredContent"] == {"name": "it"}
    assert done["ttlMs"] == working["ttlMs"]


async def test_a_call_that_ends_soon_is_answered_as_any_other(desk: Desk):
    desk.release.set()
    async with host_of(dispatch_of(desk, MCP_TASK_AFTER=LATE)) as host:
        assert data(await host.call("look_long")) == {"name": "it"}


async def test_a_host_that_cancels_a_call_before_it_is_a_task_ends_its_work(desk: Desk):
    async with host_of(dispatch_of(desk, MCP_TASK_AFTER=LATE)) as host:
        async with anyio.create_task_group() as group:
            group.start_soon(host.call, "look_long")
            await desk.begun.wait()
            group.cancel_scope.cancel()
        await desk.left.wait()
    assert desk.ended == ["it"]


async def test_a_tool_without_the_mark_stays_a_call(desk: Desk):
    async with host_of(dispatch_of(desk)) as host, anyio.create_task_group() as group:
        answers: list[Any] = []

        async def call() -> None:
            answers.append(await host.call("look"))

        group.start_soon(call)
        await desk.begun.wait()
        assert answers == []
        desk.release.set()
    assert data(answers[0]) == {"name": "it"}


@pytest.mark.parametrize("era", ["modern", "legacy"])
async def test_a_host_that_knows_no_tasks_gets_a_calls_answer(desk: Desk, era: Any):
    mode = "legacy" if era == "legacy" else "2026-07-28"
    async with Client(dispatch_of(desk), mode=mode) as client:
        result = await client.call_tool("look_forever")
    assert failure(result).code == "TIMEOUT"
    assert failure(result).message.startswith("look_forever did not finish within 0.2 s. Ask for less")


async def test_a_host_that_does_not_declare_tasks_may_not_ask_about_them(desk: Desk):
    async with Client(dispatch_of(desk), mode="2026-07-28") as client:
        for ask in (TaskHost(client).get, TaskHost(client).cancel):
            with pytest.raises(MCPError) as refused:
                await ask("any")
            assert refused.value.error.code == -32021
            assert refused.value.error.data == {"requiredCapabilities": {"extensions": {TASKS: {}}}}


async def test_a_task_has_more_time_than_a_call(desk: Desk):
    async with host_of(dispatch_of(desk, MCP_TASK_DEADLINE="1")) as host:
        done = await host.ended(await host.begin("look_forever"))
    assert done["status"] == "completed"
    assert done["result"]["isError"]
    assert told_error(done["result"])["message"].startswith("look_forever did not finish within 1 s.")


async def test_a_failed_result_is_completed_and_an_error_of_the_protocol_is_failed(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        failing, breaking = await host.begin("look_long", fails=True), await host.begin("break_protocol")
        desk.release.set()
        failed, broken = await host.ended(failing), await host.ended(breaking)
    assert failed["status"] == "completed"
    assert told_error(failed["result"])["code"] == "CONFLICT"
    assert broken["status"] == "failed"
    assert broken["error"] == {"code": -32050, "message": "Not like this."}


async def test_progress_of_a_task_is_its_status_message(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        name = await host.begin("look_on")
        told = await host.until(name, lambda told: "statusMessage" in told)
        desk.release.set()
        done = await host.ended(name)
    assert told["statusMessage"] == "on and on"
    assert "statusMessage" not in done


async def test_a_cancelled_write_may_have_happened(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        name = await host.begin("put_long", name="x")
        await host.cancel(name)
        told = await host.ended(name)
    assert told["statusMessage"] == "Cancelled. It may have happened: look before you do it again."


async def test_a_cancelled_task_ends_what_it_was_doing(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        name = await host.begin("look_long")
        ack = await host.cancel(name)
        told = await host.ended(name)
        again = await host.cancel(name)
    assert told["status"] == "cancelled"
    assert told["statusMessage"] == "Cancelled."
    assert desk.ended == ["it"]
    assert {key for key in (*ack, *again) if not key.startswith("_")} == {"resultType"}


async def test_an_ended_task_keeps_its_result_when_it_is_cancelled(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        name = await host.begin("put_long", name="x")
        desk.release.set()
        done = await host.ended(name)
        await host.cancel(name)
        assert await host.get(name) == done
    assert desk.put == ["x"]


async def test_an_unknown_id_is_an_invalid_parameter_of_every_request(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        for ask in (host.get("none"), host.cancel("none"), host.update("none", {})):
            with pytest.raises(MCPError) as refused:
                await ask
            assert (refused.value.error.code, refused.value.error.message) == (-32602, UNKNOWN)


class Gate(AllowAll):
    """Admits everything until it is closed."""

    closed = False

    def admits(self, permission: str, tool: str | None = None) -> bool:
        return not self.closed


async def test_a_credential_that_does_not_allow_the_tool_learns_nothing_of_its_task(desk: Desk):
    gate = Gate()
    async with host_of(dispatch_of(desk, gate=gate)) as host:
        name = await host.begin("look_long")
        gate.closed = True
        for ask in (host.get(name), host.cancel(name)):
            with pytest.raises(MCPError) as refused:
                await ask
            assert (refused.value.error.code, refused.value.error.message) == (-32602, UNKNOWN)
        gate.closed = False
        assert (await host.get(name))["status"] == "working"


async def test_beyond_the_most_tasks_of_a_caller_a_call_ends_at_its_own_deadline(desk: Desk):
    async with host_of(dispatch_of(desk, limits=Limits(unfinished=1))) as host:
        first = await host.begin("look_long")
        refused = await host.call("look_forever")
        await host.cancel(first)
        await host.ended(first)
        await host.begin("look_long")
    assert isinstance(refused, CallToolResult)
    assert failure(refused).message.startswith(
        "look_forever did not finish within 0.2 s. It could not become a task, since you have as many as one caller "
        "may have: cancel one, or wait until one ends."
    )


async def test_a_question_of_a_task_waits_for_its_answer_and_the_call_goes_on(desk: Desk):
    async with host_of(dispatch_of(desk), elicitation_callback=lambda context, params: None) as host:
        name = await host.begin("put_confirmed", name="x")
        desk.release.set()
        asked = await host.until(name, lambda told: told["status"] == "input_required")
        (key, question) = next(iter(asked["inputRequests"].items()))
        await host.update(name, {"unknown": {"action": "decline"}})
        assert (await host.get(name))["status"] == "input_required"
        assert desk.put == []
        await host.update(name, {key: {"action": "accept", "content": {"agree": True}}})
        done = await host.ended(name)
    assert question["method"] == "elicitation/create"
    assert question["params"]["message"].startswith("Put x?")
    assert done["result"]["structuredContent"] == {"name": "x"}
    assert desk.put == ["x"]


async def test_a_no_to_the_question_of_a_task_is_a_failed_result(desk: Desk):
    async with host_of(dispatch_of(desk), elicitation_callback=lambda context, params: None) as host:
        name = await host.begin("put_confirmed", name="x")
        desk.release.set()
        asked = await host.until(name, lambda told: told["status"] == "input_required")
        await host.update(name, {key: {"action": "decline"} for key in asked["inputRequests"]})
        done = await host.ended(name)
    assert told_error(done["result"])["message"].startswith("The person did not agree.")
    assert desk.put == []


async def test_each_round_of_questions_waits_for_its_own_answers(desk: Desk):
    async with host_of(dispatch_of(desk), elicitation_callback=lambda context, params: None) as host:
        name = await host.begin("paint")
        desk.release.set()
        first = await _question(host, name, "Which colour?")
        await host.update(name, {first: RED})
        second = await _question(host, name, "Which other colour?")
        await host.update(name, {second: {"action": "accept", "content": {"colour": "blue"}}})
        done = await host.ended(name)
    assert done["result"]["structuredContent"] == {"name": "red and blue"}


async def test_a_late_answer_to_an_earlier_question_is_none_to_a_later_one(desk: Desk):
    async with host_of(dispatch_of(desk), elicitation_callback=lambda context, params: None) as host:
        name = await host.begin("paint")
        desk.release.set()
        first = await _question(host, name, "Which colour?")
        await host.update(name, {first: RED})
        second = await _question(host, name, "Which other colour?")
        await host.update(name, {first: RED})
        still = await host.get(name)
        await host.cancel(name)
        await host.ended(name)
    assert first != second
    assert (still["status"], list(still["inputRequests"])) == ("input_required", [second])


async def _question(host: TaskHost, name: str, text: str) -> str:
    """The key of a question, once it is asked."""

    def keys(told: Mapping[str, Any]) -> list[str]:
        asked = told.get("inputRequests", {}).items()
        return [key for key, question in asked if question["params"]["message"] == text]

    (key,) = keys(await host.until(name, lambda told: bool(keys(told))))
    return key


async def test_an_answer_that_fits_no_question_is_refused(desk: Desk):
    async with host_of(dispatch_of(desk), elicitation_callback=lambda context, params: None) as host:
        name = await host.begin("paint")
        desk.release.set()
        await host.until(name, lambda told: told["status"] == "input_required")
        with pytest.raises(MCPError) as refused:
            await host.update(name, {await _question(host, name, "Which colour?"): {"nonsense": True}})
        assert refused.value.error.code == -32602
        await host.cancel(name)
        assert (await host.ended(name))["status"] == "cancelled"


async def test_a_question_nobody_answers_ends_with_the_deadline_of_the_task(desk: Desk):
    asked = {"elicitation_callback": lambda context, params: None}
    async with host_of(dispatch_of(desk, MCP_TASK_DEADLINE="1"), **asked) as host:
        name = await host.begin("paint")
        desk.release.set()
        done = await host.ended(name)
    assert told_error(done["result"])["message"] == "Nobody answered the question of paint in time."


async def test_the_end_of_the_server_ends_its_tasks(desk: Desk):
    dispatch = dispatch_of(desk)
    async with host_of(dispatch) as host:
        reading, writing = await host.begin("look_long", name="r"), await host.begin("put_long", name="w")
    found = [await dispatch.long_calls.runner.store.find(name) for name in (reading, writing)]
    errors = [task.error for task in found if task is not None and task.error is not None]
    assert [task.status for task in found if task] == ["failed", "failed"]
    assert [error["data"]["code"] for error in errors] == ["SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN"]
    assert sorted(desk.ended) == ["r", "w"]
    assert desk.put == []


async def test_a_write_with_a_key_that_became_a_task_is_done_once(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        names = [await host.begin("put_long", name="x", idempotency_key="k") for _ in range(2)]
        desk.release.set()
        results = [(await host.ended(name))["result"]["structuredContent"] for name in names]
    assert results == [{"name": "x"}] * 2
    assert desk.put == ["x"]


async def test_of_a_lost_write_the_result_is_found_under_its_key_and_else_it_is_unclear(desk: Desk):
    dispatch = dispatch_of(desk)
    store = dispatch.long_calls.runner.store
    async with host_of(dispatch) as host:
        records = [await store.find(await host.begin("put_long", name="x", idempotency_key=key)) for key in ("k", None)]
        desk.release.set()
        found: list[dict[str, Any]] = []
        for number, record in enumerate(records):
            assert record is not None
            await host.ended(record.id)
            await store.add(dataclasses.replace(record, id=f"lost-{number}"), Limits())  # as if nobody had ended it
            found.append(await host.get(f"lost-{number}"))
    assert (found[0]["status"], found[0]["result"]["structuredContent"]) == ("completed", {"name": "x"})
    assert (found[1]["status"], found[1]["error"]["data"]["code"]) == ("failed", "OUTCOME_UNKNOWN")
    assert found[1]["error"]["message"].startswith("The server that ran put_long is gone.")


@pytest.mark.parametrize(("mode", "declared"), [("auto", {TASKS: {}}), ("legacy", None)])
async def test_tasks_are_declared_in_the_revision_that_has_them(desk: Desk, mode: str, declared: Any):
    async with Client(dispatch_of(desk), mode=mode) as client:
        assert client.server_capabilities.extensions == declared


async def test_a_server_without_long_tools_declares_no_tasks():
    settings = SAMPLE.settings.load({})
    async with Client(Dispatch(SAMPLE, settings), mode="auto") as client:
        assert client.server_capabilities.extensions is None


async def test_a_tool_that_is_withheld_is_refused_as_without_tasks(desk: Desk):
    async with host_of(dispatch_of(desk, LONG_READ_ONLY="true")) as host:
        refused = await host.call("put_long", name="x")
    assert failure(refused).code == "PERMISSION_DENIED"


async def test_diagnostics_count_tasks_by_state_and_end(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        name = await host.begin("look_long")
        await host.begin("look_on")
        running = await host.counts()
        await host.cancel(name)
        await host.ended(name)
        ended = await host.counts()
    assert (running["working"], running["input_required"]) == (2, 0)
    assert ended["working"] == 1
    assert ended["ended"]["look_long"]["cancelled"] >= 1
