"""Writer of requirements.lock and of the version pins in the root pyproject.toml, which every installation obeys.

`lock.py` pins new dependencies and moves no version. `lock.py --upgrade all` moves every version to the newest one that
is at least a week old, `lock.py --upgrade NAME...` only those named. `lock.py --check` compares and writes nothing.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PROJECT, LOCK = ROOT / "pyproject.toml", ROOT / "requirements.lock"
FIRST_LINE, LAST_LINE = "# pins: written by `make lock`\n", "# /pins\n"
PINS = re.compile(f"(?<={re.escape(FIRST_LINE)}).*?(?={re.escape(LAST_LINE)})", re.DOTALL)
REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+?))? *\\?$", re.MULTILINE)
HASH = re.compile(r"--hash=(sha256:\w+)")
EXPORT = ("export", "--quiet", "--no-header", "--no-annotate", "--no-emit-workspace")
EVERYTHING = ("--all-packages", "--all-extras", "--all-groups")
MINIMUM_AGE = "7 days"
STALE = "requirements.lock or the pins in pyproject.toml do not match the declared dependencies; run `make lock`."
CONFLICT = "The declared dependencies contradict the pins; run `make lock UPGRADE=name` for the packages named above."


class Requirement(NamedTuple):
    """One package of requirements.lock: its version, where it applies, and the hashes of its files."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]


def main(*arguments: str) -> int:
    before = PROJECT.read_text(encoding="utf-8")
    try:
        if "--check" in arguments:
            return report(list(differences()))
        write(before, upgraded=arguments[1:])
    except subprocess.CalledProcessError as failed:
        PROJECT.write_text(before, encoding="utf-8")
        print(f"{failed.stderr.strip()}\n{CONFLICT}", file=sys.stderr)
        return 1
    return 0


def report(problems: list[str]) -> int:
    """Print what is stale and how to mend it; the exit code."""
    for line in [*problems, STALE] if problems else []:
        print(line)
    return 1 if problems else 0


def write(project: str, upgraded: tuple[str, ...]) -> None:
    """Resolve with the pins of all packages except `upgraded`, then write both files."""
    pinned = [each for each in requirements(LOCK.read_text(encoding="utf-8")) if not {each.name, "all"} & set(upgraded)]
    PROJECT.write_text(with_pins(project, pinned), encoding="utf-8")
    age = [] if "UV_EXCLUDE_NEWER" in os.environ else ["--exclude-newer", MINIMUM_AGE]
    moved = ["--upgrade"] if "all" in upgraded else [f"--upgrade-package={name}" for name in upgraded]
    uv("lock", "--quiet", *age, *moved)
    resolved = uv(*EXPORT, *EVERYTHING, "--frozen")
    LOCK.write_text(resolved, encoding="utf-8")
    PROJECT.write_text(with_pins(project, requirements(resolved)), encoding="utf-8")
    uv("lock", "--quiet")


def differences() -> Iterator[str]:
    """Each way in which the pins or a resolution of today differ from requirements.lock."""
    locked, project = requirements(LOCK.read_text(encoding="utf-8")), PROJECT.read_text(encoding="utf-8")
    if with_pins(project, locked) != project:
        yield "pyproject.toml: the pins are not those of requirements.lock"
    resolved = {(each.name, each.version): each.hashes for each in requirements(uv(*EXPORT, *EVERYTHING))}
    known = {(each.name, each.version): each.hashes for each in locked}
    yield from (f"{name} {version}: not needed any more" for name, version in known.keys() - resolved.keys())
    yield from (f"{name} {version}: not in requirements.lock" for name, version in resolved.keys() - known.keys())
    foreign = [each for each in known.keys() & resolved.keys() if known[each].isdisjoint(resolved[each])]
    yield from (f"{name} {version}: the index offers only files with other hashes" for name, version in foreign)


def requirements(text: str) -> list[Requirement]:
    """The packages of an exported requirements file."""
    starts = list(REQUIREMENT.finditer(text))
    ends = [*(each.start() for each in starts[1:]), len(text)]
    return [_requirement(start, text[start.end() : end]) for start, end in zip(starts, ends, strict=True)]


def _requirement(start: re.Match[str], rest: str) -> Requirement:
    return Requirement(start["name"], start["version"], start["marker"] or "", frozenset(HASH.findall(rest)))


def with_pins(project: str, pinned: list[Requirement]) -> str:
    """The text of pyproject.toml with these pins; a marker is needed only where a package has several versions."""
    versions = Counter(each.name for each in pinned)
    lines = [
        f"{each.name}=={each.version}" + (f" ; {each.marker}" if versions[each.name] > 1 else "") for each in pinned
    ]
    return PINS.sub("".join(f'    "{line}",\n' for line in lines), project)


def uv(*arguments: str) -> str:
    command = os.environ.get("UV") or shutil.which("uv") or ROOT / ".tools" / "uv" / "bin" / "uv"
    return subprocess.run([command, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
