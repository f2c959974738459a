"""Copies of the published members as they are packed: with licence, metadata of an index page, and working links."""

import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import ROOT

PUBLISHED = [ROOT / "shared", *sorted((ROOT / "packages").glob("*-mcp"))]
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>(?!https?:|#|mailto:)[^)\s]+)\)")
LICENSE_LINE = 'license = "MIT"\n'
METADATA = """license = "MIT"
license-files = ["LICENSE"]
authors = [{ name = "Toolroll contributors" }]
keywords = ["mcp", "model context protocol", "llm", "tools"]
classifiers = [
    "Development Status :: 4 - Beta",
    "Environment :: Console",
    "Intended Audience :: Developers",
    "Operating System :: MacOS",
    "Operating System :: Microsoft :: Windows",
    "Operating System :: POSIX :: Linux",
    "Programming Language :: Python :: 3.11",
    "Programming Language :: Python :: 3.12",
    "Programming Language :: Python :: 3.13",
    "Typing :: Typed",
]
"""


@dataclass(frozen=True)
class Repository:
    """The public address of the source, `https://github.com/OWNER/NAME`; empty while there is none."""

    url: str

    @property
    def namespace(self) -> str | None:
        """The namespace of the servers in the MCP registry, which GitHub's owners have there."""
        found = re.fullmatch(r"https://github\.com/([\w.-]+)/[\w.-]+", self.url)
        return f"io.github.{found[1]}" if found else None

    def link(self, path: str, version: str) -> str:
        return f"{self.url}/blob/v{version}/{path}"


def project(folder: Path) -> dict[str, Any]:
    """The `[project]` table of a member."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def stage(member: Path, target: Path, repository: Repository) -> Path:
    """Copy a member into `target` as it is packed."""
    shutil.copytree(member, target, ignore=shutil.ignore_patterns("__pycache__", ".venv", "dist"))
    shutil.copy(ROOT / "LICENSE", target / "LICENSE")
    about = project(member)
    readme = (member / "README.md").read_text(encoding="utf-8")
    (target / "README.md").write_text(
        with_links(readme, member, about["version"], repository) + registry_mark(member, repository), encoding="utf-8"
    )
    declared = (member / "pyproject.toml").read_text(encoding="utf-8").replace(LICENSE_LINE, METADATA, 1)
    (target / "pyproject.toml").write_text(declared + urls(about["version"], repository), encoding="utf-8")
    return target


def with_links(readme: str, member: Path, version: str, repository: Repository) -> str:
    """The README with its relative links made absolute, or without them where there is no public address."""

    def replaced(found: re.Match[str]) -> str:
        path = (member / found["target"]).resolve().relative_to(ROOT).as_posix()
        return f"[{found['text']}]({repository.link(path, version)})" if repository.url else found["text"]

    return LINK.sub(replaced, readme)


def registry_mark(member: Path, repository: Repository) -> str:
    """The line by which the MCP registry sees that the package belongs to the server of that name."""
    marked = repository.namespace and member.name.endswith("-mcp")
    return f"\n<!-- mcp-name: {repository.namespace}/{member.name} -->\n" if marked else ""


def urls(version: str, repository: Repository) -> str:
    if not repository.url:
        return ""
    changes = repository.link("CHANGELOG.md", version)
    pages = {"Repository": repository.url, "Changelog": changes, "Issues": f"{repository.url}/issues"}
    return "\n[project.urls]\n" + "".join(f'{name} = "{url}"\n' for name, url in pages.items())


def build(staged: Path, out: Path, uv: str) -> None:
    """Build the source distribution of a staged member, and from it the wheel."""
    subprocess.run([uv, "build", "--quiet", "--out-dir", out, staged], check=True)
