"""The project's Markdown pages, copied for Sphinx, with each link that leads to no page turned into a path."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from servers import ROOT
from staging import LINK, Repository

FOLDERS = ("docs", "packages", "examples", "shared")
AT_THE_ROOT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
FENCE = re.compile(r"^ *(?P<marks>```+|~~~+)")


def paths() -> list[str]:
    """Every page of the project by its path from the root."""
    below = [path.relative_to(ROOT) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.md"))]
    visible = [path for path in below if not any(part.startswith(".") for part in path.parts)]
    return [*AT_THE_ROOT, *(path.as_posix() for path in visible)]


def copy(target: Path, repository: Repository, version: str) -> None:
    """Write every page below `target`, in the folders of the project, so that links between pages stay right.

    A link to another file leads to the public source, or becomes the path of the file where there is none. A link to
    what does not exist stays, and Sphinx reports it. Diagrams in Mermaid's notation are shown as their text.
    """
    pages = set(paths())
    for page in sorted(pages):
        written = target / page
        written.parent.mkdir(parents=True, exist_ok=True)
        lines = (ROOT / page).read_text(encoding="utf-8").splitlines(keepends=True)
        written.write_text("".join(_linked(lines, page, pages, repository, version)), encoding="utf-8")
    for picture in (ROOT / "docs").rglob("*.png"):
        beside = target / picture.relative_to(ROOT)
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(picture.read_bytes())


def _linked(lines: list[str], page: str, pages: set[str], repository: Repository, version: str) -> Iterator[str]:
    """The lines of a page; those inside of code blocks stay as they are."""

    def link(found: re.Match[str]) -> str:
        path, hash_mark, anchor = found["target"].partition("#")
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        if meant in pages or not (ROOT / meant).exists():
            return found[0]
        if f"{meant}/README.md" in pages:
            return f"[{found['text']}]({path.rstrip('/')}/README.md{hash_mark}{anchor})"
        if repository.url:
            return f"[{found['text']}]({repository.link(meant, version)})"
        return found["text"] if meant in found["text"] else f"{found['text']} (`{meant}`)"

    fence = ""
    for line in lines:
        marked = FENCE.match(line)
        if marked:
            fence = "" if fence == marked["marks"] else fence or marked["marks"]
        yield line.replace("mermaid", "text") if marked else line if fence else LINK.sub(link, line)
