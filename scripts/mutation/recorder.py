"""pytest plugin of a recording: the test that runs is the context under which coverage notes lines.

Child processes read the context from a file when they start. A process started by a fixture of a module or session
serves several tests, so that its lines are noted under the fixture's first test file instead of one test.
"""

import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import coverage
import pytest

CONTEXT_FILE = Path(os.environ["MUTATION_CONTEXT_FILE"])
OUTCOMES_FILE = Path(os.environ["MUTATION_OUTCOMES_FILE"])


class Recorder:
    """The context of the moment, and the seconds of processor time of each test that passed."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    def enter(self, context: str) -> None:
        CONTEXT_FILE.write_text(context)
        running = coverage.Coverage.current()
        if running is not None:
            running.switch_context(context)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self.enter(item.nodeid)
        began = _processor_seconds()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = _processor_seconds() - began
            self.enter("")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        test = CONTEXT_FILE.read_text()
        self.enter(test.split("::")[0])
        try:
            return (yield)
        finally:
            self.enter(test)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        root = str(Path.cwd())
        libraries = [
            name
            for name, module in list(sys.modules.items())
            if (file := getattr(module, "__file__", None)) and not file.startswith(root) and name != "__main__"
        ]
        passed = {test: seconds for test, seconds in self.seconds.items() if test not in self.failed}
        OUTCOMES_FILE.write_text(json.dumps({"seconds": passed, "failed": sorted(self.failed), "libraries": libraries}))


def _processor_seconds() -> float:
    """Of this process and the children that have ended; unlike a clock's, they do not grow with the machine's load."""
    return sum(os.times()[:4])


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder())
