"""Write the tokens of results with and without labels into docs/security.md; --check says whether they are stale."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from mcp.client import Client
from mcp_chassis.testing import connected, text
from mcp_types import CallToolResult
from pydantic_core import to_json
from servers import ROOT
from tokens import count

sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "examples" / "support-api"))

from database_mcp.server import SERVER as DATABASE
from github_calls import call_agreed
from github_jobs import JOBS, QUICK, github
from github_mcp.server import SERVER as GITHUB
from github_seed import TOKEN
from postgres_places import Place, embedded, script
from rest_mcp.assembly import STARTER, server_of
from scripted_slack import ScriptedSlack
from slack_desk import Desk
from slack_seed import seeded
from support_api_desk import running

DOCUMENT = ROOT / "docs" / "security.md"
START, END = "<!-- label tokens -->", "<!-- /label tokens -->"
LABELS_IN_TEXT = frozenset({"association", "standing", "untrusted_columns"})
LABELS_IN_METADATA = ("ifc", "untrusted_fields")
Call = tuple[str, dict[str, Any]]

SLACK_CALLS: Sequence[Call] = (
    ("list_channels", {}),
    ("get_channel_history", {"channel": "#release", "limit": 50}),
    ("get_channel_history", {"channel": "#support", "limit": 20}),
    ("search_messages", {"query": "refund order 88123", "count": 5}),
    ("find_users", {"query": "Fatima"}),
    ("send_message", {"channel": "#support", "text": "The refund is booked."}),
)
DATABASE_CALLS: Sequence[Call] = (
    ("list_tables", {"schema": "sales", "detail": "columns"}),
    ("describe_table", {"table": "sales.reviews"}),
    ("execute_query", {"query": "SELECT * FROM sales.reviews ORDER BY 1 LIMIT 20"}),
    ("execute_query", {"query": "SELECT country, count(*) FROM sales.customers GROUP BY 1 ORDER BY 2 DESC"}),
    ("execute_query", {"query": "SELECT * FROM sales.customers ORDER BY 1 LIMIT 20"}),
    ("profile_table", {"table": "sales.reviews"}),
)
MARKS = (
    "COMMENT ON COLUMN sales.reviews.title IS '@untrusted'",
    "COMMENT ON COLUMN sales.customers.name IS '@untrusted'",
)
REST_CALLS: Sequence[Call] = (
    ("list_users", {}),
    ("get_user", {"user_id": 1}),
    ("list_tickets", {}),
    ("get_ticket", {"ticket_id": 1}),
    ("create_support_ticket", {"user_id": 1, "subject": "Printer", "description": "It prints nothing."}),
)


class Row(NamedTuple):
    """Tokens of one server's results: without labels, with those in the text, and with those in the metadata too."""

    server: str
    calls: int
    plain: int
    shown: int
    everything: int


async def github_results() -> list[CallToolResult]:
    """The results of the everyday jobs of docs/github.md."""
    results: list[CallToolResult] = []
    for job in JOBS:
        async with github() as scripted:
            env = {**QUICK, "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": scripted.url, "GITHUB_TOOLS": f"@{job.profile}"}
            async with connected(GITHUB, env=env) as client:
                results += [await call_agreed(client, *step) for step in job.steps]
    return results


async def slack_results() -> list[CallToolResult]:
    """The results of a morning in a workspace with a guest and a person of another organisation."""
    slack = ScriptedSlack()
    channels = seeded(slack.workspace)
    slack.workspace.add_person("U0GUEST01", "gus", "Gus Guest", is_restricted=True)
    slack.workspace.add_person("U0OTHER01", "eve", "Eve Elsewhere", is_stranger=True)
    for number, author in enumerate(("U0GUEST01", "U0OTHER01") * 4):
        slack.workspace.say(channels["support"].id, author, f"Order {88_200 + number} has not arrived. Whom do I ask?")
    async with slack.running(), Desk(slack).client() as client:
        return await _called(client, SLACK_CALLS)


async def database_results(place: Place) -> list[CallToolResult]:
    """The results of a look at the sample shop, two columns of which are marked."""
    async with connected(DATABASE, env={"DATABASE_URL": place.dsn("shop", "mcp_ro")}) as client:
        return await _called(client, DATABASE_CALLS)


async def rest_results() -> list[CallToolResult]:
    """The results of a look at the support desk of the quick start."""
    async with running() as desk, connected(server_of(STARTER), env=desk.environment) as client:
        return await _called(client, REST_CALLS)


async def _called(client: Client, calls: Sequence[Call]) -> list[CallToolResult]:
    results = [await client.call_tool(*call) for call in calls]
    failed = [text(result) for result in results if result.is_error]
    assert not failed, failed
    return results


def row_of(server: str, results: Sequence[CallToolResult]) -> Row:
    """The tokens of the results of one server."""
    shown = [text(result) for result in results]
    plain = [_without_labels(each) for each in shown]
    labels = [{name: (result.meta or {}).get(name) for name in LABELS_IN_METADATA} for result in results]
    metadata = [to_json(each).decode() if each["ifc"] else "" for each in labels]
    counts = count([*plain, *shown, *metadata])
    of_plain, of_shown, of_metadata = (
        sum(counts[at : at + len(results)]) for at in (0, len(results), 2 * len(results))
    )
    return Row(server, len(results), of_plain, of_shown, of_shown + of_metadata)


def _without_labels(result: str) -> str:
    if not result.startswith("{"):
        return result
    return json.dumps(_stripped(json.loads(result)), ensure_ascii=False, separators=(",", ":"))


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _stripped(each) for name, each in fields.items() if name not in LABELS_IN_TEXT}
    return [_stripped(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| server | results | tokens without labels | with labels in the text | with `_meta` too |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        more = [f"{tokens:,} (+{tokens / row.plain - 1:.1%})" for tokens in (row.shown, row.everything)]
        lines.append(f"| {row.server} | {row.calls} | {row.plain:,} | {' | '.join(more)} |")
    return "\n".join(lines)


def measured() -> list[Row]:
    """The rows of all servers."""
    with embedded() as place:  # starts an event loop of its own
        script(place.dsn("shop"), *MARKS)
        return [
            row_of("github-mcp", asyncio.run(github_results())),
            row_of("slack-mcp", asyncio.run(slack_results())),
            row_of("database-mcp", asyncio.run(database_results(place))),
            row_of("rest-mcp", asyncio.run(rest_results())),
        ]


def main(*arguments: str) -> int:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(START)
    filled = f"{before}{START}\n{table(measured())}\n{END}{rest.partition(END)[2]}"
    stale = filled != DOCUMENT.read_text(encoding="utf-8")
    if "--check" in arguments and stale:
        print("docs/security.md: its table of tokens is stale: run scripts/label_tokens.py")
        return 1
    if stale:
        DOCUMENT.write_text(filled, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
