"""Checks before a release that need no network, and the steps that are left for a person.

release.py: exit code 1 with one line for each thing that is not ready.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from servers import ROOT
from staging import PUBLISHED, project

CORE = "toolroll-core"
STEPS = """\
Ready. What is left needs the network (docs/versions.md):
  1. git tag v{version} && git push --tags
  2. upload dist/python, {core} first
  3. publish dist/registry/*/server.json
  4. attach dist/mcpb, dist/sbom and the plugin folders to the release page
  5. install and check on an empty machine"""


def main() -> int:
    problems = list(found())
    for problem in problems:
        print(problem)
    if not problems:
        print(STEPS.format(version=project(ROOT / "shared")["version"], core=CORE))
    return int(bool(problems))


def found() -> Iterator[str]:
    """What is not ready, a line each."""
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    if changed:
        yield f"The tree has changes that are not committed: {len(changed.splitlines())} files."
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    core = project(ROOT / "shared")["version"]
    for member in PUBLISHED:
        yield from _of_member(member, core, changelog)


def _of_member(member: Path, core: str, changelog: str) -> Iterator[str]:
    about = project(member)
    heading = CORE if member.name == "shared" else member.name
    if f"\n## {heading} {about['version']}\n" not in changelog:
        yield f"CHANGELOG.md has no heading '## {heading} {about['version']}'."
    needed = next((each for each in about["dependencies"] if each.startswith(CORE)), "")
    if needed and f">={_minor(core)}" not in needed:
        yield f"{member.name} needs {needed}, and the core is {core}."


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


if __name__ == "__main__":
    sys.exit(main())
