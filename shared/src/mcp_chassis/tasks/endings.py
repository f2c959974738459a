"""What came of a call, as the record of its task tells it."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, CallToolResult
from mcp_types.methods import serialize_server_result
from mcp_types.version import LATEST_MODERN_VERSION

from mcp_chassis.failures import Failure, OutcomeUnknown, Unavailable
from mcp_chassis.storage.idempotency import Record, RecordKey
from mcp_chassis.tasks.record import Status, Task, WriteKey

Changes = dict[str, Any]

_MAYBE_DONE = "It may have happened: look before you do it again."


class Endings:
    """The last changes of a record.

    Args:
        failed: makes a failure the result of a call.
        error: makes it the `error` object of a protocol error.
        find: an idempotency record.
    """

    def __init__(
        self,
        failed: Callable[[Failure], CallToolResult],
        error: Callable[[Failure], dict[str, Any]],
        find: Callable[[RecordKey], Awaitable[Record | None]],
    ) -> None:
        self._failed = failed
        self._error = error
        self._find = find

    def answered(self, answer: CallToolResult) -> Changes:
        """The call was answered, with a failed result perhaps."""
        return _completed(answer.model_dump(mode="json", by_alias=True, exclude_none=True))

    def failed(self, failure: Failure) -> Changes:
        """The call could not be answered otherwise."""
        return self.answered(self._failed(failure))

    def refused(self, error: MCPError) -> Changes:
        """The call was answered with an error of the protocol."""
        told = error.error.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {"status": Status.FAILED, "error": told, "message": error.error.message}

    def cancelled(self, task: Task) -> Changes:
        """Its owner cancelled it."""
        return {"status": Status.CANCELLED, "message": f"Cancelled. {_MAYBE_DONE}" if task.writes else "Cancelled."}

    def stopped(self, task: Task) -> Changes:
        """The process that ran it was stopped."""
        return self._broken_off(task, f"The server was stopped while {task.tool} was running.")

    async def lost(self, task: Task) -> Changes:
        """The process that ran it is gone."""
        if task.write_key is not None and (kept := await self._kept(task.write_key)):
            return _completed(kept)
        return self._broken_off(task, f"The server that ran {task.tool} is gone.")

    def _broken_off(self, task: Task, reason: str) -> Changes:
        failure = (
            OutcomeUnknown(reason)
            if task.writes
            else Unavailable(reason, remedy="Nothing was changed: ask again.", retry_after_seconds=1)
        )
        told = self._error(failure)
        error = {"code": INTERNAL_ERROR, "message": told["message"], "data": told}
        return {"status": Status.FAILED, "error": error, "message": told["message"]}

    async def _kept(self, key: WriteKey) -> dict[str, Any] | None:
        """The result that a write has left under its idempotency key."""
        record = await self._find(RecordKey(*key.name))
        if record is None or record.outcome is None or record.arguments_hash != key.arguments_hash:
            return None
        return record.outcome.get("result")


def _completed(result: dict[str, Any]) -> Changes:
    """The result in the form that a call would have been answered with."""
    told = serialize_server_result("tools/call", LATEST_MODERN_VERSION, {"resultType": "complete", **result})
    return {"status": Status.COMPLETED, "result": told, "message": ""}
