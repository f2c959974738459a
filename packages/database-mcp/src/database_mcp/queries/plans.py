"""Rendering of a query plan from PostgreSQL's JSON, and findings about slow parts; no I/O."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from database_mcp.transaction import readable as quoted

Node = Mapping[str, Any]

MAX_SELECTIVE_SHARE = 0.1  # An index helps a filter that keeps less than a tenth of a table.
MIN_LARGE_TABLE_ROWS = 1_000  # Below this number of rows a sequential scan is appropriate.
_SHOWN = ("Index Cond", "Hash Cond", "Merge Cond", "Filter")
MAX_PARTITIONS_SHOWN = 3
MAX_FINDINGS = 12
MIN_MISJUDGED_FACTOR = 10.0  # An estimate that is wrong by this factor can lead to bad join plans.


@dataclasses.dataclass(frozen=True)
class Table:
    """Catalogue facts about a table in a plan; `name` is `schema.name`, `root` the partitioned table of a partition.

    `unindexed`: foreign key columns without an index; `sql_name`: name of the root in SQL.
    """

    name: str
    rows: float
    unindexed: Sequence[str] = ()
    root: str = ""
    sql_name: str = ""
    columns: Sequence[str] = ()

    @property
    def whole(self) -> str:
        return self.root or self.name


def lines(plan: Node) -> list[str]:
    """The plan as indented lines, one for each node, with estimated and (if it ran) actual rows.

    Of more than three similar scans of partitions, the first is shown and the others are added up in one line.
    """
    return list(_lines(plan, 0))


def tables(plan: Node) -> list[str]:
    """Names of the tables that the plan reads, as `schema.name`."""
    named = (node for _, node in _walk(plan) if "Relation Name" in node)
    return sorted({f"{node.get('Schema', 'public')}.{node['Relation Name']}" for node in named})


def modified_tables(plan: Node) -> list[tuple[str, str]]:
    """Schema and name of each table that the plan inserts into, updates or deletes from."""
    changes = (node for _, node in _walk(plan) if node.get("Node Type") == "ModifyTable")
    return [(node.get("Schema", ""), node.get("Relation Name", "")) for node in changes]


def findings(plan: Node, known: Sequence[Table]) -> list[str]:
    """Causes of a slow query, each with a remedy."""
    by_name = {table.name: table for table in known}
    found: list[str] = []
    found += [_scan_finding(scan) for scan in selective_scans(plan, by_name)]
    for _, node in _walk(plan):
        found += [*_estimate(node), *_spill(node)]
    found += [
        f"Missing index: a condition uses the foreign key column {table.whole}.{column} without an index: "
        f"{index_sql(table, column)}"
        for table, column in unindexed_keys(plan, known)
    ]
    return _limited(list(dict.fromkeys(found)))


def unindexed_keys(plan: Node, known: Sequence[Table]) -> list[tuple[Table, str]]:
    """Foreign key columns without an index in conditions of the plan, each once for a partitioned table."""
    conditions = " ".join(_conditions(plan))
    found = {
        (table.whole, column): (table, column)
        for table in known
        for column in table.unindexed
        if names_column(conditions, column)
    }
    return list(found.values())


def names_column(condition: str, column: str) -> bool:
    """Whether a condition in PostgreSQL's plan refers to the column."""
    return re.search(rf"(?<![\w$]){re.escape(column)}(?![\w$(])", condition) is not None


def index_sql(table: Table, column: str) -> str:
    """The SQL statement that creates an index on one column."""
    return f"CREATE INDEX ON {table.sql_name} ({quoted(column)});"


def _limited(found: list[str]) -> list[str]:
    """The first twelve findings, and a line with the number of the others."""
    hidden = len(found) - MAX_FINDINGS
    return found if hidden <= 0 else [*found[:MAX_FINDINGS], f"{hidden} more findings of the same kinds."]


def _lines(node: Node, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{_line(node)}"
    children: Sequence[Node] = node.get("Plans", [])
    alike = _alike_scans(node, children)
    for child in children if not alike else [*alike[:1], *(each for each in children if each not in alike)]:
        yield from _lines(child, depth + 1)
    if alike:
        yield f"{'  ' * (depth + 1)}{_summed(alike[1:])}"


def _alike_scans(node: Node, children: Sequence[Node]) -> list[Node]:
    """The leaf scans below an Append that differ only in their partition; empty for three or fewer."""
    if node["Node Type"] not in ("Append", "Merge Append") or len(children) <= MAX_PARTITIONS_SHOWN:
        return []
    leaves = [child for child in children if "Relation Name" in child and not child.get("Plans")]
    kinds = [child["Node Type"] for child in leaves]
    alike = [child for child in leaves if child["Node Type"] == kinds[0]] if kinds else []
    return alike if len(alike) > MAX_PARTITIONS_SHOWN else []


def _summed(nodes: Sequence[Node]) -> str:
    cost, rows = sum(node["Total Cost"] for node in nodes), sum(node["Plan Rows"] for node in nodes)
    parts = [f"and {len(nodes)} more partitions by {nodes[0]['Node Type']}, the last {nodes[-1]['Relation Name']}:"]
    parts.append(f"cost={cost:.0f} rows={rows}")
    if "Actual Rows" in nodes[0]:
        spent = sum(node.get("Actual Total Time", 0) * _loops(node) for node in nodes)
        parts.append(f"actual={sum(map(_actual_rows, nodes)):.0f} ms={spent:.1f}")
    return " ".join(parts)


def _walk(plan: Node) -> Iterator[tuple[int, Node]]:
    pending: list[tuple[int, Node]] = [(0, plan)]
    while pending:
        depth, node = pending.pop()
        yield depth, node
        pending += [(depth + 1, child) for child in reversed(node.get("Plans", []))]


def _line(node: Node) -> str:
    parts = [node["Node Type"]]
    if "Relation Name" in node:
        parts.append(f"on {node['Relation Name']}")
    if "Index Name" in node:
        parts.append(f"using {node['Index Name']}")
    parts.append(f"cost={node['Total Cost']:.0f} rows={node['Plan Rows']}")
    if "Actual Rows" in node:
        parts.append(f"actual={_actual_rows(node):.0f} ms={node.get('Actual Total Time', 0) * _loops(node):.1f}")
    parts += [
        f"{key.lower()}: {node[key]}" for key in ("Index Cond", "Hash Cond", "Merge Cond", "Filter") if key in node
    ]
    return " ".join(parts)


@dataclasses.dataclass
class Scan:
    """Sequential scans of one table or of its partitions with the same condition, added up."""

    table: Table
    condition: str
    parts: int = 0
    kept: float = 0
    total: float = 0


def selective_scans(plan: Node, by_name: Mapping[str, Table]) -> list[Scan]:
    """Sequential scans of large tables that keep less than a tenth of the rows; partitions are added up."""
    scans: dict[tuple[str, str], Scan] = {}
    for place, (_, node) in enumerate(_walk(plan)):
        if node["Node Type"] != "Seq Scan" or "Filter" not in node:
            continue
        name = f"{node.get('Schema', 'public')}.{node['Relation Name']}"
        table = by_name.get(name, Table(name, 0))
        condition = node["Filter"].replace(f"{node.get('Alias', '')}.", "")
        key = (table.whole, condition) if table.root else (f"{name} {place}", condition)
        scan = scans.setdefault(key, Scan(table, condition))
        kept, total = _kept(node, table)
        scan.parts, scan.kept, scan.total = scan.parts + 1, scan.kept + kept, scan.total + total
    return [
        scan
        for scan in scans.values()
        if scan.total >= MIN_LARGE_TABLE_ROWS and scan.kept / scan.total < MAX_SELECTIVE_SHARE
    ]


def _scan_finding(scan: Scan) -> str:
    of = f" ({scan.parts} partitions)" if scan.parts > 1 else ""
    advice = "an index on the compared columns would help"
    if "~~" in scan.condition and "'%" in scan.condition:
        advice = "only an index with the extension pg_trgm supports a pattern that begins with %"
    name = scan.table.whole.partition(".")[2]
    read = f"reads {scan.total:.0f} rows and keeps {scan.kept:.0f} for {scan.condition}"
    return f"Sequential scan of {name}{of}: {read}; {advice}."


def _kept(node: Node, table: Table | None) -> tuple[float, float]:
    if "Actual Rows" in node:
        kept = _actual_rows(node)
        return kept, kept + node.get("Rows Removed by Filter", 0) * _loops(node)
    return node["Plan Rows"], table.rows if table else 0


def _estimate(node: Node) -> Iterator[str]:
    if "Actual Rows" not in node or not _loops(node):
        return
    planned, actual = max(node["Plan Rows"], 1), max(node["Actual Rows"], 1)
    if max(planned, actual) >= 100 and max(planned / actual, actual / planned) >= MIN_MISJUDGED_FACTOR:
        place = f" on {node['Relation Name']}" if "Relation Name" in node else ""
        yield f"Bad estimate: {node['Node Type']}{place} expected {planned} rows and got {actual:.0f}; run ANALYZE."


def _spill(node: Node) -> Iterator[str]:
    if node.get("Sort Space Type") == "Disk":
        yield f"Spill: a sort wrote {node['Sort Space Used']} kB to disk; raise work_mem or sort fewer rows."
    elif node.get("Hash Batches", 1) > max(node.get("Original Hash Batches", 1), 1) or node.get("Disk Usage", 0):
        yield f"Spill: {node['Node Type']} did not fit into memory and wrote to disk; raise work_mem."


def _conditions(plan: Node) -> Iterator[str]:
    for _, node in _walk(plan):
        yield from (node[key] for key in ("Hash Cond", "Merge Cond", "Join Filter", "Filter") if key in node)


def _actual_rows(node: Node) -> float:
    return node["Actual Rows"] * _loops(node)


def _loops(node: Node) -> int:
    return node.get("Actual Loops", 1)
