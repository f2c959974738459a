"""A query plan as a model reads it, and what is wrong with it: pure, over PostgreSQL's own JSON."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]

MAX_SELECTIVE_SHARE = 0.1  # a filter that keeps less than a tenth of a table would be served by an index
MIN_LARGE_TABLE_ROWS = 1_000  # rows below which a sequential scan is the right plan
_SHOWN = ("Index Cond", "Hash Cond", "Merge Cond", "Filter")
MAX_PARTITIONS_SHOWN = 3
MAX_FINDINGS = 12
MIN_MISJUDGED_FACTOR = 10.0  # an estimate off by this factor picks wrong joins


@dataclasses.dataclass(frozen=True)
class Table:
    """Facts of the catalogue about a table in the plan; `unindexed` are foreign key columns without an index."""

    name: str
    rows: float
    unindexed: Sequence[str] = ()


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
    for _, node in _walk(plan):
        table = by_name.get(f"{node.get('Schema', 'public')}.{node.get('Relation Name')}")
        found += [*_scan(node, table), *_estimate(node), *_spill(node)]
    conditions = " ".join(_conditions(plan))
    for table in known:
        found += [
            f"Missing index: foreign key column {table.name}.{column} stands in a condition and has none; create one."
            for column in table.unindexed
            if column in conditions
        ]
    return _limited(list(dict.fromkeys(found)))


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


def _scan(node: Node, table: Table | None) -> Iterator[str]:
    if node["Node Type"] != "Seq Scan" or "Filter" not in node:
        return
    kept, total = _kept(node, table)
    if total >= MIN_LARGE_TABLE_ROWS and kept / total < MAX_SELECTIVE_SHARE:
        yield (
            f"Sequential scan of {node['Relation Name']}: reads {total:.0f} rows to keep {kept:.0f} by "
            f"{node['Filter']}; an index on that column would serve it."
        )


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
