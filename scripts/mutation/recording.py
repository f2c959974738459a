"""Recording of which tests run which line, one test file at a time, cached by the content of sources and tests."""

import hashlib
import json
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage

from mutation.copies import ROOT, copied_tree, environment, python, source_folders

CACHE = ROOT / ".tools" / "mutation"
# A process is measured without any variable of its environment, which servers of hosts start without.
START = """import os; os.environ["COVERAGE_PROCESS_START"] = {config!r}; import coverage; coverage.process_startup(); \
os.environ.pop("COVERAGE_PROCESS_START"); exec(open({script!r}).read())"""
ENTER = """
running = coverage.Coverage.current()
if running is not None:
    with open({context!r}) as file:
        running.switch_context(file.read())
"""
CONFIG = """[run]
parallel = true
sigterm = true
patch = _exit
data_file = {data}
source = {sources}
"""


@dataclass
class Recording:
    """Tests by file and line, the seconds of each test, the lines that run at import, and the libraries imported."""

    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict[str, dict[int, set[str]]])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    imported: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    failed: set[str] = field(default_factory=set[str])
    libraries: list[str] = field(default_factory=list[str])

    def of_lines(self, file: str, lines: range | set[int]) -> set[str]:
        by_line = self.tests.get(file, {})
        return {test for line in lines for test in by_line.get(line, ())}

    def of_file(self, file: str) -> set[str]:
        return self.of_lines(file, set(self.tests.get(file, {})))


def recording(test_files: list[Path]) -> Recording:
    """Run the test files whose recording is not in the cache, and return what all of them run."""
    CACHE.mkdir(parents=True, exist_ok=True)
    surroundings = _digest([*_shared_files(), *(path for folder in source_folders() for path in folder.rglob("*.*"))])
    cached = {file: CACHE / f"{_digest([file, *_conftests(file)], surroundings)}.json" for file in test_files}
    if missing := [file for file, entry in cached.items() if not entry.exists()]:
        print(f"recording which tests run which line: {len(missing)} test files", flush=True)
        _record(missing, cached)
    found = Recording()
    for entry in cached.values():
        _add(found, json.loads(entry.read_text()))
    return found


def _add(found: Recording, entry: dict[str, Any]) -> None:
    found.seconds |= entry["seconds"]
    found.failed |= set(entry["failed"])
    found.libraries = list(dict.fromkeys([*found.libraries, *entry["libraries"]]))
    for file, imported in entry["imported"].items():
        found.imported.setdefault(file, set()).update(imported)
    for file, by_line in entry["tests"].items():
        lines = found.tests.setdefault(file, defaultdict(set))
        for line, tests in by_line.items():
            lines[int(line)].update(tests)


def _shared_files() -> list[Path]:
    return [*(ROOT / "tests" / "support").rglob("*.*"), ROOT / "tests" / "conftest.py", ROOT / "requirements.lock"]


def _conftests(file: Path) -> list[Path]:
    return [path for path in [file.parent / "conftest.py"] if path.exists()]


def _digest(files: list[Path], prefix: str = "") -> str:
    digest = hashlib.sha256(prefix.encode())
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]


def _record(missing: list[Path], cached: dict[Path, Path]) -> None:
    with copied_tree() as folder:
        state = folder / ".tools" / "recording"
        state.mkdir()
        context, outcomes, data = state / "context", state / "outcomes.json", state / "data"
        context.write_text("")
        sources = ",".join(str(folder / path.relative_to(ROOT)) for path in source_folders())
        (state / "config").write_text(CONFIG.format(data=data, sources=sources))
        (state / "enter.py").write_text(ENTER.format(context=str(context)))
        [packages] = (folder / ".venv").glob("lib/python*/site-packages")
        start = START.format(config=str(state / "config"), script=str(state / "enter.py"))
        (packages / "recording.pth").write_text(start + "\n")
        files = [str(path.relative_to(ROOT)) for path in missing]
        options = ["-p", "no:cacheprovider", "-p", "mutation.recorder", "-p", "mutation.examples", "-o", "timeout=600"]
        command = [python(folder), "-m", "pytest", "-q", *options, *files]
        ours = {"MUTATION_CONTEXT_FILE": str(context), "MUTATION_OUTCOMES_FILE": str(outcomes), "PYTHONPATH": "scripts"}
        subprocess.run(command, cwd=folder, env=environment() | ours, check=False, stdout=subprocess.DEVNULL)
        _store(folder, data, json.loads(outcomes.read_text()), {file: cached[ROOT / file] for file in files})


def _store(folder: Path, data: Path, outcomes: dict[str, Any], entries: dict[str, Path]) -> None:
    """Write one cache entry for each test file."""
    by_test_file: dict[str, dict[str, dict[int, list[str]]]] = {file: {} for file in entries}
    imported: dict[str, list[int]] = {}
    for file, line, test in _measured(folder, data):
        if not test:
            imported.setdefault(file, []).append(line)
        test_file = test.split("::")[0]
        if test_file in by_test_file and (test in outcomes["seconds"] or test == test_file):
            by_test_file[test_file].setdefault(file, {}).setdefault(line, []).append(test)
    for test_file, entry in entries.items():
        seconds = {test: spent for test, spent in outcomes["seconds"].items() if test.split("::")[0] == test_file}
        failed = [test for test in outcomes["failed"] if test.split("::")[0] == test_file]
        found = {"tests": by_test_file[test_file], "seconds": seconds, "failed": failed, "imported": imported}
        entry.write_text(json.dumps(found | {"libraries": outcomes["libraries"]}))


def _measured(folder: Path, data: Path) -> list[tuple[str, int, str]]:
    """File, line and test of every line that was run, also in processes that tests started; no test at imports."""
    combined = coverage.Coverage(data_file=str(data), config_file=False)
    combined.combine([str(data.parent)], keep=True)
    measured = combined.get_data()
    return [
        (str(Path(file).relative_to(folder)), line, test)
        for file in measured.measured_files()
        for line, tests in measured.contexts_by_lineno(file).items()
        for test in tests
    ]
