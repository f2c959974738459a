"""A question answered with nothing known of the database: every call, what came back, and its tokens.

.venv/bin/python benchmarks/database_transcript.py > transcript.md
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from database_mcp.server import SERVER
from mcp_chassis.testing import connected, text

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from postgres_places import embedded
from tokens import count

SHOWN = 700  # characters of an answer that are printed
QUERY = """SELECT c.customer_id, c.name, count(*) AS orders, sum(t.total) AS spent
FROM sales.order_totals t JOIN sales.customers c USING (customer_id)
WHERE t.ordered_at >= date_trunc('quarter', now()) - interval '3 months' AND t.ordered_at < date_trunc('quarter', now())
  AND t.status <> ALL ($1) GROUP BY c.customer_id ORDER BY spent DESC LIMIT 5"""
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Which tables are there?", "list_tables", {}),
    ("A view has the value of each order; what are its columns?", "describe_table", {"table": "order_totals"}),
    ("And who is a customer?", "describe_table", {"table": "customers"}),
    ("Then, leaving out what the comment on orders says:", "execute_query", {
        "query": QUERY, "params": [["cancelled", "returned"]],
    }),
)  # fmt: skip


async def main(dsn: str) -> None:
    total = 0
    async with connected(SERVER, env={"DATABASE_URL": dsn}) as client:
        for thought, tool, arguments in STEPS:
            asked = json.dumps(arguments, ensure_ascii=False)
            answer = text(await client.call_tool(tool, arguments))
            sent, received = count([f"{tool}{asked}", answer])
            total += sent + received
            print(f"{thought}\n\n`{tool}` {asked} ({sent} tokens)\n\n> {_shown(answer)}\n> ({received} tokens)\n")
    print(f"{len(STEPS)} calls, {total} tokens.")


def _shown(answer: str) -> str:
    return answer if len(answer) <= SHOWN else f"{answer[:SHOWN]} ..."


if __name__ == "__main__":
    with embedded() as place:
        asyncio.run(main(place.dsn("shop", "mcp_ro")))
