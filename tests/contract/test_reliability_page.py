"""Every statement of docs/reliability.md names tests that exist, and its figures are those of the core."""

import re

from mcp_chassis.upstream.policy import Policy
from servers import ROOT

STATEMENT = re.compile(r"^\| (?P<name>[^|]+) \| (?P<text>[^|]+) \| (?P<tests>tests/[^|]+) \|$", re.MULTILINE)

FIGURE = re.compile(r"^\| `(?P<name>\w+)` \| (?P<here>[0-9.]+) \|", re.MULTILINE)


def test_the_figures_that_differ_from_the_usual_ones_are_the_defaults() -> None:
    told = {row["name"]: float(row["here"]) for row in FIGURE.finditer((ROOT / "docs" / "reliability.md").read_text())}
    defaults = Policy().model_dump()
    assert told == {name: defaults[name] for name in told}
    assert len(told) == 10


def test_each_statement_names_tests_that_exist() -> None:
    rows = list(STATEMENT.finditer((ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")))
    named = [(row["name"].strip(), place.strip()) for row in rows for place in row["tests"].split(",")]
    assert [pair for pair in named if not (ROOT / pair[1]).exists()] == []
    assert len(named) > 30
