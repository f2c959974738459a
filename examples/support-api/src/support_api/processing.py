"""Processing of many tickets in one call, in stages with progress; tickets that fail are reported, not fatal."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp_chassis.failures import Failure
from mcp_chassis.fan_out import Stages, fan_out
from mcp_chassis.progress import host_progress
from mcp_chassis.results import Result
from mcp_chassis.tools import reads
from pydantic import Field

from support_api.desk import Apis, Support, TicketId, ticket

Operation = Literal["summary", "duplicates"]
Ids = Annotated[list[TicketId], Field(min_length=1, max_length=50)]
Ticket = dict[str, Any]


class Unprocessed(Result):
    ticket_id: int
    reason: str


class Processed(Result):
    """What the stages made of the tickets that could be loaded."""

    completed_stages: list[str]
    completed_stage_count: int
    processed: int
    report: dict[str, Any]
    failed: list[Unprocessed] | None = None


@reads("Process tickets", deadline=60, may_take_minutes=True)
async def process_tickets(
    ids: Ids, support: Support, ctx: Context[Any, Any], operation: Operation = "summary"
) -> Processed:
    """Summarize tickets together or find duplicates. Those that cannot be read are named."""
    stages = Stages(4, host_progress(ctx))
    async with stages.stage("load"):
        tickets, failed = await _loaded(support, ids)
    async with stages.stage("preprocess"):
        prepared = [_prepared(each) for each in tickets]
    async with stages.stage("analyse"):
        found = ANALYSES[operation](prepared)
    async with stages.stage("report"):
        report = {"operation": operation, **found}
    return Processed(
        completed_stages=stages.completed,
        completed_stage_count=len(stages.completed),
        processed=len(prepared),
        report=report,
        failed=failed or None,
    )


async def _loaded(apis: Apis, ids: Sequence[int]) -> tuple[list[Ticket], list[Unprocessed]]:
    """Load tickets; return those that could be read, and the others with the reason.

    Raises:
        Failure: that of the first ticket, if none could be read.
    """
    outcomes = await fan_out(list(dict.fromkeys(ids)), lambda ticket_id: ticket(apis, ticket_id))
    failures = [(each.item, each.failure) for each in outcomes if each.failure is not None]
    if len(failures) == len(outcomes):
        raise _first(failures)
    loaded = [each.value for each in outcomes if each.value is not None]
    return loaded, [Unprocessed(ticket_id=item, reason=failure.message) for item, failure in failures]


def _first(failures: Sequence[tuple[int, Failure]]) -> Failure:
    return failures[0][1]


def _prepared(found: Ticket) -> Ticket:
    """Add the subject in lower case with single spaces, for comparison."""
    return {**found, "compared": " ".join(str(found["subject"]).lower().split())}


def _summary(tickets: Sequence[Ticket]) -> dict[str, Any]:
    columns = ("status", "priority", "category")
    return {column: dict(Counter(str(each[column]) for each in tickets if each[column])) for column in columns}


def _duplicates(tickets: Sequence[Ticket]) -> dict[str, Any]:
    groups: dict[str, list[int]] = {}
    for each in tickets:
        groups.setdefault(each["compared"], []).append(each["id"])
    return {"duplicates": [group for group in groups.values() if len(group) > 1]}


ANALYSES = {"summary": _summary, "duplicates": _duplicates}
