"""Final changes of a task's record, for each way in which its call can end."""

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
    """Builds the final changes of a task's record.

    Args:
        failed: converts a failure to a tool result.
        error: converts a failure to the `data` object of a protocol error.
        find: looks up an idempotency record.
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
        """The changes after the call returned a result, which may be a failed one."""
        return _completed(answer.model_dump(mode="json", by_alias=True, exclude_none=True))

    def failed(self, failure: Failure) -> Changes:
        """The changes after the call ended with a failure."""
        return self.answered(self._failed(failure))

    def refused(self, error: MCPError) -> Changes:
        """The changes after the call ended with a protocol error."""
        told = error.error.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {"status": Status.FAILED, "error": told, "message": error.error.message}

    def cancelled(self, task: Task) -> Changes:
        """The changes after the owner cancelled the task."""
        return {"status": Status.CANCELLED, "message": f"Cancelled. {_MAYBE_DONE}" if task.writes else "Cancelled."}

    def stopped(self, task: Task) -> Changes:
        """The changes when the process that runs the call is stopped."""
        return self._broken_off(task, f"The server was stopped while {task.tool} was running.")

    async def lost(self, task: Task) -> Changes:
        """The changes after the process died: the result of a write that left an idempotency record, else an error."""
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
        """The result in a write's idempotency record; None if there is none, or if it belongs to other arguments."""
        record = await self._find(RecordKey(*key.name))
        if record is None or record.outcome is None or record.arguments_hash != key.arguments_hash:
            return None
        return record.outcome.get("result")


def _completed(result: dict[str, Any]) -> Changes:
    """The changes that complete the task with a result, in the wire format of `tools/call`."""
    told = serialize_server_result("tools/call", LATEST_MODERN_VERSION, {"resultType": "complete", **result})
    return {"status": Status.COMPLETED, "result": told, "message": ""}
