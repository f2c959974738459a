"""Start a new server from scripts/scaffold: new_server.py weather makes packages/weather-mcp and tests/weather."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from itertools import takewhile
from keyword import iskeyword
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[1]
SCAFFOLD = ROOT / "scripts" / "scaffold"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def main(name: str) -> int:
    short = name.removesuffix("-mcp")
    if not NAME.fullmatch(short) or iskeyword(short):
        print("NAME is one or more lower-case words joined by hyphens: make new-server NAME=weather")
        return 2
    words = names(short)
    package, tests = ROOT / "packages" / words["distribution"], ROOT / "tests" / words["noun"]
    if package.exists() or tests.exists():
        print(f"{package.relative_to(ROOT)} or {tests.relative_to(ROOT)} is already there")
        return 2
    write(SCAFFOLD / "package", package, words)
    write(SCAFFOLD / "tests", tests, words)
    tidy(package, tests)
    register(words["distribution"])
    print(f"{package.relative_to(ROOT)} is there; docs/adding-a-server.md goes on from here")
    return 0


def names(short: str) -> dict[str, str]:
    """Every form of the name that the templates use."""
    noun = short.replace("-", "_")
    return {
        "distribution": f"{short}-mcp",
        "module": f"{noun}_mcp",
        "noun": noun,
        "title": short.replace("-", " ").capitalize(),
        "prefix": noun.upper(),
        "cls": "".join(word.capitalize() for word in short.split("-")),
    }


def write(template: Path, target: Path, words: Mapping[str, str]) -> None:
    """Each template of a folder, filled in, at its place under `target`."""
    for source in sorted(template.rglob("*.tmpl")):
        place = source.relative_to(template).as_posix().removesuffix(".tmpl")
        place = place.replace("src/", f"src/{words['module']}/").replace("noun", words["noun"])
        path = target / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")


def tidy(*folders: Path) -> None:
    """Where a line breaks and what sorts first depends on the name."""
    subprocess.run(["ruff", "check", "--quiet", "--fix", *folders], check=True)
    subprocess.run(["ruff", "format", "--quiet", *folders], check=True)


def register(distribution: str) -> None:
    """Name the new member where the workspace's members are named, and in the changelog."""
    project = ROOT / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    text = inserted(text, "dependencies = [\n", f'    "{distribution}",\n')
    text = inserted(text, "[tool.uv.sources]\n", f"{distribution} = {{ workspace = true }}\n")
    tomllib.loads(text)
    project.write_text(text, encoding="utf-8")
    changelog = ROOT / "CHANGELOG.md"
    heading = f"\n## {distribution} 0.1.0\n\n- First version.\n"
    changelog.write_text(changelog.read_text(encoding="utf-8") + heading, encoding="utf-8")


def inserted(text: str, head: str, line: str) -> str:
    """`text` with `line` at its alphabetical place in the block under `head`."""
    before, _, after = text.partition(head)
    block = list(takewhile(lambda entry: entry.strip(" ]\n"), after.splitlines(keepends=True)))
    return before + head + "".join(sorted([*block, line])) + after.removeprefix("".join(block))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
