"""Every statement of docs/reliability.md names tests that exist."""

import re

from servers import ROOT

STATEMENT = re.compile(r"^\| (?P<name>[^|]+) \| (?P<text>[^|]+) \| (?P<tests>tests/[^|]+) \|$", re.MULTILINE)


def test_each_statement_names_tests_that_exist() -> None:
    rows = list(STATEMENT.finditer((ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")))
    named = [(row["name"].strip(), place.strip()) for row in rows for place in row["tests"].split(",")]
    assert [pair for pair in named if not (ROOT / pair[1]).exists()] == []
    assert len(named) > 30
