"""Record of one task: its owner, tool, status, open questions and result."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

POLL_INTERVAL_MS = 3_000
"""The interval at which hosts are asked to poll."""


class Status(StrEnum):
    WORKING = "working"
    INPUT_REQUIRED = "input_required"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})


@dataclasses.dataclass(frozen=True)
class WriteKey:
    """Key of a write's idempotency record: its name (principal, tool, key) and the hash of the arguments."""

    name: tuple[str, str, str]
    arguments_hash: str


@dataclasses.dataclass(frozen=True)
class Task:
    """One task. Times are Unix times in seconds.

    Args:
        id: a random, unguessable id.
        owner: the principal who made the call.
        tool: the name of the tool.
        permission: the permission needed to call the tool and to see the task.
        writes: whether the tool changes something.
        replica: the id of the process that runs the task.
        created, updated: the times of creation and of the last change.
        ttl_seconds: how long the record is kept after its creation.
        message: the last progress message, or the reason why the task ended.
        result: the result of the call in wire format.
        error: the protocol error with which the task failed.
        asked: the unanswered questions of the current round, by key.
        answers: the responses of the current round, by key.
        cancelled: whether the owner requested cancellation.
        write_key: the idempotency record that has the result of a write if the process dies.
    """

    id: str
    owner: str
    tool: str
    permission: str
    writes: bool
    replica: str
    created: float
    updated: float
    ttl_seconds: float
    status: Status = Status.WORKING
    message: str = ""
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    asked: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    answers: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    cancelled: bool = False
    write_key: WriteKey | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def expires(self) -> float:
        return self.created + self.ttl_seconds

    def with_answers(self, given: Mapping[str, Any]) -> Self:
        """Return the task with responses added to its questions; responses to unknown questions are dropped."""
        known = {key: answer for key, answer in given.items() if key in self.asked}
        left = {key: question for key, question in self.asked.items() if key not in known}
        status = Status.INPUT_REQUIRED if left else Status.WORKING
        return dataclasses.replace(
            self, status=status if known else self.status, asked=left, answers={**self.answers, **known}
        )

    def to_text(self) -> str:
        return json.dumps(dataclasses.asdict(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str | bytes) -> Self:
        fields = json.loads(text)
        key = fields["write_key"]
        fields["write_key"] = key and WriteKey(tuple(key["name"]), key["arguments_hash"])
        fields["status"] = Status(fields["status"])
        return cls(**fields)

    def created_result(self) -> dict[str, Any]:
        """The result of `tools/call` for a call that became this task."""
        return {"resultType": "task", **self._outline()}

    def told(self) -> dict[str, Any]:
        """The result of `tasks/get`."""
        told = self._outline()
        if self.status is Status.COMPLETED:
            told["result"] = self.result
        elif self.status is Status.FAILED:
            told["error"] = self.error
        elif self.status is Status.INPUT_REQUIRED:
            told["inputRequests"] = dict(self.asked)
        return told

    def _outline(self) -> dict[str, Any]:
        about = {"statusMessage": self.message} if self.message else {}
        return {
            "taskId": self.id,
            "status": str(self.status),
            **about,
            "createdAt": _stamp(self.created),
            "lastUpdatedAt": _stamp(self.updated),
            "ttlMs": int(self.ttl_seconds * 1000),
            "pollIntervalMs": POLL_INTERVAL_MS,
        }


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
