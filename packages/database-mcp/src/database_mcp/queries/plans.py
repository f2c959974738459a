"""A query plan as a model reads it, and what is wrong with it: pure, over PostgreSQL's own JSON."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from database_mcp.transaction import readable as quoted

Node = Mapping[str, Any]

MAX_SELECTIVE_SHARE = 0.1  # a filter that keeps less than a tenth of a table would be served by an index
MIN_LARGE_TABLE_ROWS = 1_000  # rows below which a sequential scan is the right plan
_SHOWN = ("Index Cond", "Hash Cond", "Merge Cond", "Filter")
MAX_PARTITIONS_SHOWN = 3
MAX_FINDINGS = 12
MIN_MISJUDGED_FACTOR = 10.0  # an estimate off by this factor picks wrong joins


@dataclasses.dataclass(frozen=True)
class Table:
    """Facts of the catalogue about a table in the plan, as `schema.name`; a partition's `root` is its whole table.

    `unindexed` are foreign key columns without an index, `sql_name` is the root's name as SQL.
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
    """The plan as indented lines, one a node, with estimated and (when it ran) actual rows.

    Of an Append over more than three alike scans of partitions, the first is shown and the others are summed up.
    """
    return list(_lines(plan, 0))


def tables(plan: Node) -> list[str]:
    """The tables it reads, as `schema.name`."""
    named = (node for _, node in _walk(plan) if "Relation Name" in node)
    return sorted({f"{node.get('Schema', 'public')}.{node['Relation Name']}" for node in named})


def modified_tables(plan: Node) -> list[tuple[str, str]]:
    """The schema and name of each table that a plan inserts into, updates or deletes from."""
    changes = (node for _, node in _walk(plan) if node.get("Node Type") == "ModifyTable")
    return [(node.get("Schema", ""), node.get("Relation Name", "")) for node in changes]


def findings(plan: Node, known: Sequence[Table]) -> list[str]:
    """Causes of a slow query, each with what to do about it."""
    by_name = {table.name: table for table in known}
    found: list[str] = []
    found += [_scan_finding(scan) for scan in selective_scans(plan, by_name)]
    for _, node in _walk(plan):
        found += [*_estimate(node), *_spill(node)]
    found += [
        f"Missing index: foreign key column {table.whole}.{column} stands in a condition and has none: "
        f"{index_sql(table, column)}"
        for table, column in unindexed_keys(plan, known)
    ]
    return _limited(list(dict.fromkeys(found)))


def unindexed_keys(plan: Node, known: Sequence[Table]) -> list[tuple[Table, str]]:
    """Foreign key columns without an index that a condition of the plan names, each once for a partitioned table."""
    conditions = " ".join(_conditions(plan))
    found = {
        (table.whole, column): (table, column)
        for table in known
        for column in table.unindexed
        if names_column(conditions, column)
    }
    return list(found.values())


def names_column(condition: str, column: str) -> bool:
    """Whether a condition, as PostgreSQL writes it, names the column."""
    return re.search(rf"(?<![\w$]){re.escape(column)}(?![\w$(])", condition) is not None


def index_sql(table: Table, column: str) -> str:
    """The statement that makes an index on one column."""
    return f"CREATE INDEX ON {table.sql_name} ({quoted(column)});"


def _limited(found: list[str]) -> list[str]:
    """At most twelve: partitions of one table repeat each other's."""
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
    """The leaf scans under an Append that differ in their partition alone; none where they are few."""
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
    """Sequential scans of one table, or of the partitions of one, by the same condition."""

    table: Table
    condition: str
    parts: int = 0
    kept: float = 0
    total: float = 0


def selective_scans(plan: Node, by_name: Mapping[str, Table]) -> list[Scan]:
    """Sequential scans of large tables that keep less than a tenth of the rows; of partitions together."""
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
    advice = "an index on what it compares would serve it"
    if "~~" in scan.condition and "'%" in scan.condition:
        advice = "only an index of the extension pg_trgm serves a pattern that begins with %"
    name = scan.table.whole.partition(".")[2]
    read = f"reads {scan.total:.0f} rows to keep {scan.kept:.0f} by {scan.condition}"
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
        yield f"Bad estimate: {node['Node Type']}{place} expected {planned} rows and got {actual:.0f}; ANALYZE helps."


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
