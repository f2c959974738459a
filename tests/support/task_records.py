"""Records of tasks that tests make up."""

from typing import Any

from mcp_chassis.tasks.record import Task

BEGAN = 1_800_000_000.0
QUESTION = {"method": "elicitation/create", "params": {"message": "Sure?"}}


def task(name: str = "one", owner: str = "ann", **more: Any) -> Task:
    fields: dict[str, Any] = {
        "tool": "profile_table",
        "permission": "read",
        "writes": False,
        "replica": "here",
        "created": BEGAN,
        "updated": BEGAN,
        "ttl_seconds": 60.0,
    }
    return Task(id=name, owner=owner, **{**fields, **more})


class Clock:
    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> float:
        return self.now
