"""The pages of the documentation site: their links lead to files, and the reference has every tool."""

import posixpath
import re
from pathlib import Path

from documentation.contents import front_page
from documentation.pages import FENCE, copy, paths
from documentation.reference import pages
from servers import ROOT, servers
from snapshots import definitions
from staging import LINK, Repository

CODE = re.compile(r"`[^`]*`")


def links(page: str) -> set[str]:
    """Targets of a page's relative links outside of code blocks, from the project's root, without their anchors."""
    found: set[str] = set()
    fence = ""
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if marked := FENCE.match(line):
            fence = "" if fence == marked["marks"] else fence or marked["marks"]
        elif not fence:
            targets = (link["target"].partition("#")[0] for link in LINK.finditer(CODE.sub("code", line)))
            found |= {posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) for path in targets if path}
    return found


def test_every_link_of_every_page_leads_to_a_file_or_folder() -> None:
    broken = [f"{page}: {target}" for page in paths() for target in sorted(links(page)) if not (ROOT / target).exists()]
    assert broken == []


def test_every_page_is_in_the_contents() -> None:
    contents = front_page([]).splitlines()
    assert [page for page in paths() if page.removesuffix(".md") not in contents] == []


def test_a_link_to_a_source_becomes_its_path_or_leads_to_the_public_one(tmp_path: Path) -> None:
    copy(tmp_path / "plain", Repository(""), "1.2.0")
    copy(tmp_path / "public", Repository("https://github.com/acme/tools"), "1.2.0")
    page = "docs/how-to/team-over-http.md"
    assert "deploy (`deploy/nginx.conf`)" in (tmp_path / "plain" / page).read_text()
    assert (tmp_path / "plain" / "docs" / "pictures" / "inspector.png").is_file()
    assert "](docs/pictures/inspector.png)" in (tmp_path / "plain" / "README.md").read_text()
    public = (tmp_path / "public" / page).read_text()
    assert "[deploy](https://github.com/acme/tools/blob/v1.2.0/deploy/nginx.conf)" in public
    assert "(../remote.md#keys-and-scopes)" in public


async def test_the_reference_has_every_tool_with_its_parameters() -> None:
    written = await pages()
    for name, server in servers().items():
        page = written[f"reference/{name}.md"]
        for tool in await definitions(server):
            assert f"\n## {tool['name']}\n" in page
            section = page.partition(f"\n## {tool['name']}\n")[2].partition("\n## ")[0]
            missing = [each for each in tool["inputSchema"].get("properties", {}) if f"| `{each}` |" not in section]
            assert missing == [], tool["name"]
    assert "mcp_calls_total" in written["reference/metrics.md"]
    assert "### github-mcp config" in written["reference/commands.md"]
