"""The tutorial and the how-to pages: their commands run, or the page says why a test does not run them."""

import os
import re
from pathlib import Path

import pytest
from console_scripts import run
from servers import ROOT

DOCS = ROOT / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
BLOCK = re.compile(r"(?P<reason><!-- not run: [^\n]+ -->\n)? *```sh\n(?P<commands>.*?)```", re.DOTALL)
UNMARKED = re.compile(r"^ *```(?!sh$|text$|$)\S*", re.MULTILINE)
SETTINGS = ("GITHUB_", "SLACK_", "DATABASE_", "MCP_", "TIMEZONE_", "HTTPS_PROXY")


def commands(page: Path) -> list[str]:
    """The commands of a page that a test runs, each on a line."""
    shown = [block["commands"] for block in BLOCK.finditer(page.read_text(encoding="utf-8")) if not block["reason"]]
    return [line.strip() for text in shown for line in text.splitlines() if line.strip()]


@pytest.fixture(autouse=True)
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's empty home, no setting, and a folder to work in."""
    for name in list(os.environ):
        if name.startswith(SETTINGS):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / ".env").write_text("")
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_succeed_in_their_order(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = {line: capsys.readouterr() for line in commands(page) if run(line, monkeypatch)}
    assert failed == {}


def test_every_page_has_commands_and_marks_what_is_a_command() -> None:
    assert [page.name for page in PAGES if not BLOCK.search(page.read_text(encoding="utf-8"))] == []
    assert {page.name: found for page in PAGES if (found := UNMARKED.findall(page.read_text(encoding="utf-8")))} == {}
    assert sum(len(commands(page)) for page in PAGES) >= 12
