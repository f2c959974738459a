"""Runs chosen tests in a fork of a process that has already imported every library: a job's worker in its copy.

Reads requests from standard input, a line of JSON each, and answers each with a line: the test that failed, or null.
"""

import importlib
import json
import os
import select
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

NOTHING_FAILED = "nothing failed"
SECONDS_OF_GRACE = 60.0
FACTOR_OF_GRACE = 5.0


class Watch:
    """Runs the chosen tests in their order, each with a time limit, and remembers the first that fails."""

    def __init__(self, tests: list[str], seconds: dict[str, float]) -> None:
        self.order = {test: place for place, test in enumerate(tests)}
        self.seconds = seconds
        self.failed = NOTHING_FAILED

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # Chosen here and not by arguments: an id that no longer exists would end pytest before its first test.
        items[:] = sorted((item for item in items if item.nodeid in self.order), key=self._place)
        for item in items:
            limit = SECONDS_OF_GRACE + FACTOR_OF_GRACE * self.seconds.get(item.nodeid, 1.0)
            item.add_marker(pytest.mark.timeout(limit), append=False)

    def _place(self, item: pytest.Item) -> int:
        return self.order[item.nodeid]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed == NOTHING_FAILED:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.failed == NOTHING_FAILED:
            self.failed = f"{report.nodeid} (import)"


def run(tests: list[str], seconds: dict[str, float]) -> str:
    """The first test that failed, or `NOTHING_FAILED`."""
    watch = Watch(tests, seconds)
    files = dict.fromkeys(test.split("::")[0] for test in tests)
    plugins = ["-p", "no:cacheprovider", "-p", "mutation.examples"]
    code = pytest.main(["-x", "-q", *plugins, *files], plugins=[watch])
    if watch.failed == NOTHING_FAILED and code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        return f"pytest ended with {int(code)}"
    return watch.failed


def run_in_fork(request: dict[str, Any]) -> str:
    """The same in a process group of its own, which is ended at the request's limit in seconds."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(reader)
        _silence()
        failed = "the tests ended their process"
        try:
            failed = run(request["tests"], request["seconds"])
        finally:
            os.write(writer, failed.encode())
            os._exit(0)
    os.close(writer)
    answered, _, _ = select.select([reader], [], [], request["limit"])
    failed = os.read(reader, 4096).decode() if answered else "time limit"
    os.close(reader)
    _end(child)
    return failed or "the tests ended their process"


def _silence() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)


def _end(child: int) -> None:
    time.sleep(0.05)
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _import_libraries(names: list[str]) -> None:
    warnings.simplefilter("ignore")
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def main() -> int:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _import_libraries(json.loads(Path(sys.argv[1]).read_text()))
    for line in sys.stdin:
        answers.write(json.dumps(run_in_fork(json.loads(line))) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
