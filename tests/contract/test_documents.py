"""What is generated from the servers is fresh, and what the scaffold left to be written has been written."""

import tomllib
from pathlib import Path
from typing import Any

from mcp_chassis.server import Server
from readme_tables import fresh_documents
from servers import ROOT, folder
from snapshots import differences

README_LINES, SERVER_README_LINES, MEMBER_LINES, DECISION_LINES = 120, 80, 40, 40
PLACEHOLDER = "PLACEHOLDER" + ":"


async def test_every_tools_definition_is_as_its_snapshot_says() -> None:
    differing = await differences()
    assert [str(path.relative_to(ROOT)) for path in differing] == [], "run make snapshots and look at the diff"


def test_every_readmes_tables_say_what_the_servers_offer() -> None:
    stale = [str(path.relative_to(ROOT)) for path, text in fresh_documents() if path.read_text() != text]
    assert stale == [], "run make docs"


def test_nothing_that_the_scaffold_left_to_be_written_is_still_open(found: dict[str, Server[Any]]) -> None:
    texts = [path for name in found for path in folder(name).rglob("*") if path.suffix in {".py", ".md", ".toml"}]
    lines = [(path, number, line) for path in texts for number, line in enumerate(path.read_text().splitlines(), 1)]
    left = [f"{path.relative_to(ROOT)}:{number}: {line.strip()}" for path, number, line in lines if PLACEHOLDER in line]
    assert left == []


def test_documents_stay_short_enough_to_be_read(found: dict[str, Server[Any]]) -> None:
    limits = {ROOT / "README.md": README_LINES}
    limits |= {folder(name) / "README.md": SERVER_README_LINES for name in found}
    limits |= dict.fromkeys(ROOT.glob("docs/adr/*.md"), DECISION_LINES)
    assert _longer(limits) == []


def test_members_declare_what_they_are_and_leave_the_tools_settings_to_the_root() -> None:
    members = [ROOT / "shared", *ROOT.glob("packages/*"), *ROOT.glob("examples/*")]
    declared = [member / "pyproject.toml" for member in members if (member / "pyproject.toml").exists()]
    tools = {path: tomllib.loads(path.read_text()).get("tool", {}) for path in declared}
    allowed: list[dict[str, Any]] = [
        {},
        *({"uv": {"build-backend": {"module-name": _module(path)}}} for path in declared),
    ]
    assert [str(path.relative_to(ROOT)) for path, settings in tools.items() if settings not in allowed] == []
    assert _longer(dict.fromkeys(declared, MEMBER_LINES)) == []


def test_every_server_has_a_heading_in_the_changelog(found: dict[str, Server[Any]]) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert [name for name, server in found.items() if f"\n## {name} {server.version}\n" not in changelog] == []


def _module(declared: Path) -> str:
    """The package that a member's sources hold."""
    [package] = [path.name for path in (declared.parent / "src").iterdir() if (path / "__init__.py").exists()]
    return package


def _longer(limits: dict[Path, int]) -> list[str]:
    lines = {path: path.read_text().count("\n") for path in limits}
    return [f"{path.relative_to(ROOT)}: {lines[path]}" for path, limit in limits.items() if lines[path] > limit]
