"""Trials: each mutant is written into a copy of the tree and the chosen tests are run on it, several copies at once."""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mutation.copies import copied_tree, environment, python
from mutation.operators import Mutant
from mutation.recording import Recording
from mutation.runner import FACTOR_OF_GRACE, NOTHING_FAILED, SECONDS_OF_GRACE

RUNNER = Path("scripts") / "mutation" / "runner.py"


@dataclass(frozen=True)
class Trial:
    """A mutant, the tests to run and the text of the changed file."""

    file: str
    mutant: Mutant
    tests: list[str]
    text: str


@dataclass(frozen=True)
class Verdict:
    """`failed` is the test that noticed the mutant, None if it survived."""

    trial: Trial
    failed: str | None


class Job:
    """One copy of the tree with its worker process."""

    def __init__(self, folder: Path, recorded: Recording) -> None:
        self.folder = folder
        self.seconds = recorded.seconds
        libraries = folder / ".tools" / "libraries.json"
        libraries.write_text(json.dumps(recorded.libraries))
        self.process = subprocess.Popen(
            [python(folder), folder / RUNNER, libraries],
            cwd=folder,
            env=environment() | {"PYTHONPATH": "scripts"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.mutants = 0
        self.sound: set[str] = set()
        self.unsound: set[str] = set()

    def judge(self, trial: Trial) -> Verdict:
        """Run the tests on the mutant. A test counts if it fails there twice and passes on the unchanged source."""
        left = [test for test in trial.tests if test not in self.unsound]
        while left:
            failed = self._judge_once(trial, left)
            if failed not in left:
                return Verdict(trial, None if failed == NOTHING_FAILED else failed)
            if self._passes_unchanged(failed) and self._judge_once(trial, [failed]) != NOTHING_FAILED:
                return Verdict(trial, failed)
            left.remove(failed)
        return Verdict(trial, None)

    def _passes_unchanged(self, test: str) -> bool:
        if test not in self.sound and test not in self.unsound:
            (self.sound if self._failed([test]) == NOTHING_FAILED else self.unsound).add(test)
        return test in self.sound

    def _judge_once(self, trial: Trial, tests: list[str]) -> str:
        path = self.folder / trial.file
        original, modified = path.read_bytes(), path.stat().st_mtime
        self.mutants += 1
        try:
            path.write_text(trial.text, encoding="utf-8")
            # A time of its own keeps Python from taking compiled code of the same size and second.
            os.utime(path, (modified, modified + 10 * self.mutants))
            return self._failed(tests)
        finally:
            path.write_bytes(original)
            os.utime(path, (modified, modified))

    def _failed(self, tests: list[str]) -> str:
        seconds = {test: self.seconds.get(test, 1.0) for test in tests}
        limit = 2 * SECONDS_OF_GRACE + FACTOR_OF_GRACE * sum(seconds.values())
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"tests": tests, "seconds": seconds, "limit": limit}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def judged(trials: Iterable[Trial], recorded: Recording, jobs: int, report: Callable[[Verdict], None]) -> list[Verdict]:
    """The verdicts of all trials, `jobs` at a time."""
    waiting: queue.SimpleQueue[Trial] = queue.SimpleQueue()
    for trial in trials:
        waiting.put(trial)
    verdicts: list[Verdict] = []

    def work() -> None:
        with copied_tree() as folder:
            job = Job(folder, recorded)
            try:
                while not waiting.empty():
                    verdict = job.judge(waiting.get_nowait())
                    verdicts.append(verdict)
                    report(verdict)
            except queue.Empty:
                return
            finally:
                job.end()

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return verdicts
