"""The final record of a task for each way in which its call can end."""

from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import Failure
from mcp_chassis.storage.idempotency import Record, RecordKey
from mcp_chassis.tasks.endings import Endings
from mcp_chassis.tasks.record import Status, WriteKey
from mcp_types import CallToolResult, TextContent
from task_records import task

KEY = WriteKey(("ann", "database put", "key"), "hash")
RESULT = {"content": [{"type": "text", "text": "done"}], "isError": False}
COMPLETED = {"status": Status.COMPLETED, "message": ""}


def endings(*records: Record) -> Endings:
    async def find(name: RecordKey) -> Record | None:
        assert name == RecordKey("ann", "database put", "key")
        return next(iter(records), None)

    def failed(failure: Failure) -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text=failure.message)], is_error=True)

    return Endings(failed, Failure.wire, find)


def test_a_result_completes_a_task_in_the_form_of_a_call():
    changes = endings().answered(CallToolResult(content=[TextContent(type="text", text="done")]))
    assert {key: changes[key] for key in COMPLETED} == COMPLETED
    assert changes["result"]["content"] == [{"type": "text", "text": "done"}]
    assert changes["result"]["resultType"] == "complete"


def test_a_failure_completes_a_task_with_a_failed_result():
    changes = endings().failed(Failure("It broke."))
    assert (changes["status"], changes["result"]["isError"]) == (Status.COMPLETED, True)
    assert changes["result"]["content"] == [{"type": "text", "text": "It broke."}]


def test_an_error_of_the_protocol_fails_a_task_with_that_error():
    assert endings().refused(MCPError(-32050, "Not like this.")) == {
        "status": Status.FAILED,
        "error": {"code": -32050, "message": "Not like this."},
        "message": "Not like this.",
    }


@pytest.mark.parametrize(
    ("writes", "message"),
    [(False, "Cancelled."), (True, "Cancelled. It may have happened: look before you do it again.")],
)
def test_a_cancelled_write_may_have_happened_and_a_cancelled_read_may_not(writes: bool, message: str):
    assert endings().cancelled(task(writes=writes)) == {"status": Status.CANCELLED, "message": message}


@pytest.mark.parametrize(
    ("writes", "code", "remedy"),
    [
        (False, "SERVICE_UNAVAILABLE", "Nothing was changed: ask again."),
        (True, "OUTCOME_UNKNOWN", "It may have happened: check before doing it again."),
    ],
)
async def test_a_task_whose_process_ends_fails_with_what_to_do(writes: bool, code: str, remedy: str):
    for reason, changes in (
        ("The server was stopped while profile_table was running.", endings().stopped(task(writes=writes))),
        ("The server that ran profile_table is gone.", await endings().lost(task(writes=writes))),
    ):
        message = f"{reason} {remedy}"
        data = {"code": code, "message": message, "retryable": not writes}
        data |= {} if writes else {"retry_after_seconds": 1}
        error = {"code": -32603, "message": message, "data": data}
        assert changes == {"status": Status.FAILED, "error": error, "message": message}


@pytest.mark.parametrize(
    "records",
    [
        (),
        (Record("hash", 2e9),),
        (Record("another hash", 2e9, {"result": RESULT}),),
        (Record("hash", 2e9, {"unknown": "It was interrupted."}),),
    ],
    ids=["no record", "not ended", "other arguments", "unknown outcome"],
)
async def test_a_lost_write_without_a_result_under_its_key_is_unknown(records: tuple[Record, ...]):
    changes = await endings(*records).lost(task(writes=True, write_key=KEY))
    assert changes["error"]["data"]["code"] == "OUTCOME_UNKNOWN"


async def test_a_lost_write_with_a_result_under_its_key_is_completed_with_it():
    found: Any = await endings(Record("hash", 2e9, {"result": RESULT})).lost(task(writes=True, write_key=KEY))
    assert {key: found[key] for key in COMPLETED} == COMPLETED
    assert found["result"]["content"] == RESULT["content"]
