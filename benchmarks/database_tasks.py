"""Fourteen questions of an analyst on the sample shop and on Northwind: calls, failures, tokens and right answers.

    .venv/bin/python benchmarks/database_tasks.py northwind.sql

northwind.sql is that of the public repository pthom/northwind_psql. Each answer is compared with another query, which
asyncpg runs as superuser.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_chassis.testing import text

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from database_tasks_dialogue import DIALOGUE, OVERVIEWS, Call, Task
from postgres_places import Place, embedded, script, with_connection
from tokens import count, for_model

Cells = list[str | None]


class Counted(NamedTuple):
    """One line of the sheet; `right` is None for calls that answer no question."""

    question: str
    calls: int
    failed: int
    sent: int
    received: int
    right: bool | None


class Session:
    """One connection to the server, whose calls are kept as what a model sends and receives."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.sent: list[str] = []
        self.received: list[str] = []
        self.failed = 0

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = await self._client.call_tool(tool, arguments)
        answer = text(result)
        self.sent.append(json.dumps({"name": tool, "arguments": arguments}, ensure_ascii=False))
        self.received.append(answer)
        self.failed += bool(result.is_error)
        return json.loads(answer)

    async def all(self, calls: list[Call]) -> dict[str, Any]:
        """The last answer of `calls`."""
        answers = [await self.call(tool, arguments) for tool, arguments in calls]
        return answers[-1]


def cells(rows: list[list[Any]]) -> list[Cells]:
    """Rows in one order, each cell as text."""
    shown = [[None if cell is None else str(cell) for cell in row] for row in rows]
    return sorted(shown, key=lambda row: [cell or "" for cell in row])


def given(task: Task, answer: dict[str, Any]) -> list[Cells]:
    """The rows of the last answer; of a profile the columns with nulls."""
    if task.calls[-1][0] != "profile_table":
        return cells(answer["rows"])
    return cells([[each["name"], each["null_share"]] for each in answer["columns"] if each["null_share"]])


async def expected(place: Place, task: Task) -> list[Cells]:
    records = await with_connection(place.dsn(task.database), lambda connection: connection.fetch(task.reference))
    return cells([list(record.values()) for record in records])


async def main(place: Place) -> None:
    env = {"DATABASE_URL": place.dsn("shop", "mcp_ro"), "DATABASE_URL_NORTHWIND": place.dsn("northwind", "mcp_ro")}
    server = StdioServerParameters(command=str(Path(sys.executable).with_name("database-mcp")), env=env)
    rows: list[Counted] = []
    async with Client(stdio_client(server)) as client:
        tools = [tool.model_dump(by_alias=True) for tool in (await client.list_tools()).tools]
        for question, calls in OVERVIEWS:
            session = Session(client)
            await session.all(calls)
            rows.append(_counted(session, question))
        for task in DIALOGUE:
            session = Session(client)
            answer = await session.all(task.calls)
            right = given(task, answer) == await expected(place, task) and task.says in session.received[-1]
            rows.append(_counted(session, task.question, right=right))
    _print(rows)
    print(f"\nThe tool list: {sum(count([for_model(tool) for tool in tools]))} tokens in {len(tools)} tools.")


def _counted(session: Session, question: str, *, right: bool | None = None) -> Counted:
    tokens = count([*session.sent, *session.received])
    half = len(session.sent)
    return Counted(question, half, session.failed, sum(tokens[:half]), sum(tokens[half:]), right)


def _print(rows: list[Counted]) -> None:
    print("| question | calls | failed | tokens sent | tokens received | right |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for row in rows:
        print(_line(row, "" if row.right is None else "yes" if row.right else "no"))
    total = Counted(
        "together",
        sum(row.calls for row in rows),
        sum(row.failed for row in rows),
        sum(row.sent for row in rows),
        sum(row.received for row in rows),
        None,
    )
    print(_line(total, f"{sum(row.right is True for row in rows)} of {len(DIALOGUE)}"))


def _line(row: Counted, right: str) -> str:
    return f"| {row.question} | {row.calls} | {row.failed} | {row.sent:,} | {row.received:,} | {right} |"


def with_northwind(place: Place, path: Path) -> None:
    """Make the database northwind from its script, without a setting that PostgreSQL 12 and newer lack."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "default_with_oids" not in line]
    script(place.dsn(), "CREATE DATABASE northwind")
    script(place.dsn("northwind"), "\n".join(lines), "ANALYZE")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with embedded() as own:
        with_northwind(own, Path(sys.argv[1]))
        asyncio.run(main(own))
