"""Record of one task: whose it is, what it runs, how far it is, and what came of it."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

POLL_INTERVAL_MS = 3_000
"""How often hosts are told to ask."""


class Status(StrEnum):
    WORKING = "working"
    INPUT_REQUIRED = "input_required"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})


@dataclasses.dataclass(frozen=True)
class WriteKey:
    """The name and the arguments' hash of the idempotency record that a write leaves: `[principal, tool, key]`."""

    name: tuple[str, str, str]
    arguments_hash: str


@dataclasses.dataclass(frozen=True)
class Task:
    """One task. Times are of the day in seconds.

    Args:
        id: not to be guessed.
        owner: the principal whose call it was.
        tool: the tool called.
        permission: needed to call the tool, and to learn of the task.
        writes: whether the tool changes something.
        replica: the process that runs it.
        created, updated: when it began, and when it last changed.
        ttl_seconds: how long it is kept, from its beginning.
        message: the last report of progress, or why it ended.
        result: of the call, as hosts receive it.
        error: of the protocol, or of a lost process.
        asked: the questions that wait for an answer, by key.
        answers: what was answered in this round, by key.
        cancelled: its owner wants it to end.
        write_key: where the result of a write is found if its process dies.
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
        """The task after some of its questions were answered; answers to other questions are left out."""
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
        """The answer of a call that became this task."""
        return {"resultType": "task", **self._outline()}

    def told(self) -> dict[str, Any]:
        """The answer of `tasks/get`."""
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
