"""The methods `tasks/*`: the declared extension, the header that names the task, and responses to questions."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.storage.idempotency import RecordKey
from mcp_chassis.tasks.endings import Endings
from mcp_chassis.tasks.extension import TASKS, TaskExtension
from mcp_chassis.tasks.record import Status, Task
from mcp_chassis.tasks.runner import TaskRunner
from mcp_chassis.tasks.services import TaskServices
from mcp_chassis.tasks.store import Limits, MemoryTaskStore
from mcp_types import HEADER_MISMATCH, CallToolResult, ClientCapabilities
from task_records import QUESTION, Clock, task

AGREED = {"action": "accept", "content": {"agree": True}}


async def no_record(name: RecordKey) -> None:
    return None


async def direct(ctx: Any, run: Any) -> Any:
    return await run()


class Host:
    """A host that declares tasks, with the headers of its request."""

    def __init__(self, headers: dict[str, str] | None = None, *, declares: bool = True) -> None:
        extensions = {TASKS: {}} if declares else None
        self.session = SimpleNamespace(client_capabilities=ClientCapabilities(extensions=extensions))
        self.request = None if headers is None else SimpleNamespace(headers=headers)


class Tasks:
    """The methods over one store, whose only task the caller may see unless `hidden` is set."""

    def __init__(self) -> None:
        self.store = MemoryTaskStore(Clock())
        self.hidden = False
        endings = Endings(lambda failure: CallToolResult(content=[]), lambda failure: {}, no_record)
        runner = TaskRunner(TaskServices(lambda: self.store), 60, 60, endings, Clock())
        runner.replica = "here"
        self.runner = runner
        extension = TaskExtension(runner, 1.0, lambda params: None, self._may_see, direct, direct)
        self.methods = {binding.method: binding for binding in extension.methods()}

    def _may_see(self, task: Task) -> bool:
        return not self.hidden

    async def ask(self, method: str, host: Host, **params: Any) -> dict[str, Any]:
        binding = self.methods[method]
        return await binding.handler(host, binding.params_type.model_validate({"taskId": "one", **params}))  # pyright: ignore


@pytest.fixture
async def tasks() -> Tasks:
    tasks = Tasks()
    asked = {"confirm-1": QUESTION, "other-1": QUESTION}
    await tasks.store.add(task(status=Status.INPUT_REQUIRED, asked=asked, replica="there"), Limits())
    return tasks


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
@pytest.mark.parametrize("headers", [None, {}, {"mcp-name": "one"}, {"mcp-name": "=?base64?b25l?="}])
async def test_a_request_names_its_task_in_its_header_or_in_none(
    tasks: Tasks, method: str, headers: dict[str, str] | None
):
    await tasks.ask(method, Host(headers))


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
async def test_a_header_with_the_name_of_another_task_is_refused(tasks: Tasks, method: str):
    with pytest.raises(MCPError) as refused:
        await tasks.ask(method, Host({"mcp-name": "two"}))
    assert refused.value.error.code == HEADER_MISMATCH
    assert refused.value.error.message == "The header Mcp-Name does not match the taskId of the request."


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
async def test_a_host_without_the_extension_or_the_permission_learns_nothing(tasks: Tasks, method: str):
    with pytest.raises(MCPError, match="did not declare"):
        await tasks.ask(method, Host(declares=False))
    tasks.hidden = True
    with pytest.raises(NotFound, match="You have no task of this id, or it has expired"):
        await tasks.ask(method, Host())
    with pytest.raises(NotFound, match="You have no task of this id, or it has expired"):
        await tasks.ask(method, Host(), taskId="two")


async def test_only_responses_to_open_questions_are_stored(tasks: Tasks):
    assert await tasks.ask("tasks/update", Host(), inputResponses={"confirm-1": AGREED, "unknown": AGREED}) == {}
    found = await tasks.store.find("one")
    assert found
    assert (list(found.asked), found.answers, found.status) == (
        ["other-1"],
        {"confirm-1": AGREED},
        Status.INPUT_REQUIRED,
    )
    await tasks.ask("tasks/update", Host(), inputResponses={"unknown": AGREED})
    assert await tasks.store.find("one") == found


@pytest.mark.parametrize("response", [{"action": "dance"}, {"nonsense": True}, "yes"])
async def test_a_response_of_no_kind_is_refused_with_its_question(tasks: Tasks, response: Any):
    before = await tasks.store.find("one")
    with pytest.raises(InvalidInput) as refused:
        await tasks.ask("tasks/update", Host(), inputResponses={"confirm-1": response})
    assert refused.value.message == ("The answer to confirm-1 does not fit its question: send what its form asks for.")
    assert await tasks.store.find("one") == before


async def test_a_cancellation_is_recorded_for_a_task_that_has_not_ended(tasks: Tasks):
    assert await tasks.ask("tasks/cancel", Host()) == {}
    found = await tasks.store.find("one")
    assert found
    assert (found.cancelled, found.status) == (True, Status.INPUT_REQUIRED)
    done = dataclasses.replace(found, status=Status.COMPLETED, cancelled=False)
    await tasks.store.replace(found, done)
    assert await tasks.ask("tasks/cancel", Host()) == {}
    assert await tasks.store.find("one") == done
