"""docs/features.md and docs/windows.md: commands show what the tables promise, and each named test and file exists."""

import ast
import re

import pytest
from console_scripts import run
from servers import ROOT

PAGE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\| (?P<feature>[^|]+) \| `(?P<command>[^`]+)` \| (?P<shows>[^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"^\| (?P<feature>[^|]+) \| (?P<test>tests/\S+::test_\w+) \|$", re.MULTILINE)
ROW = re.compile(r"^\| (?!feature \|).+\|$", re.MULTILINE)
ON_WINDOWS = re.compile(
    r"\| [^|]+ \| [^|]* ?\| `(?P<file>[\w/.-]+\.py)` \| (?:`(?P<test>tests/\S+::test_\w+)`|no test) \|"
)
COMMANDS = {row["command"]: row["shows"].strip() for row in COMMAND.finditer(PAGE)}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_shows_what_the_page_promises(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    run(command, monkeypatch)
    printed = capsys.readouterr()
    assert COMMANDS[command] in printed.out + printed.err


def test_each_named_test_is_one_that_pytest_collects() -> None:
    missing = [
        row["test"]
        for row in NAMED.finditer(PAGE)
        if row["test"].rpartition("::")[2] not in collected(row["test"].partition("::")[0])
    ]
    assert missing == []


def collected(path: str) -> set[str]:
    """The test functions at the top of a file; none where there is no such file or it is named otherwise."""
    file = ROOT / path
    if not file.is_file() or not file.name.startswith("test_"):
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_row_of_the_page_names_a_command_or_a_test() -> None:
    rows = [row for row in ROW.findall(PAGE) if not row.startswith("|---")]
    assert [row for row in rows if not COMMAND.match(row) and not NAMED.match(row)] == []
    assert len(rows) > 70


def test_every_row_about_windows_names_a_file_and_a_test_or_that_there_is_none() -> None:
    page = (ROOT / "docs" / "windows.md").read_text(encoding="utf-8")
    rows = [row for row in re.findall(r"^\|.+\|$", page, re.MULTILINE) if not row.startswith(("|---", "| what"))]
    assert [row for row in rows if not ON_WINDOWS.match(row)] == []
    found = [match for row in rows if (match := ON_WINDOWS.match(row))]
    assert [match["file"] for match in found if not (ROOT / match["file"]).is_file()] == []
    named = [match["test"].split("::") for match in found if match["test"]]
    assert [name for path, name in named if name not in collected(path)] == []
