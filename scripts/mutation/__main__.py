"""Mutation testing by sample: `make mutation SAMPLE=60 IN=packages/github-mcp`.

Prints each mutant that no test noticed with file, line and change, and exits with 1 below the threshold.
"""

import argparse
import os
import time
from pathlib import Path

from mutation.copies import ROOT
from mutation.equivalent import EquivalentMutants
from mutation.recording import recording
from mutation.sample import drawn
from mutation.selection import Selection, files_of_tests
from mutation.source import Source
from mutation.trials import Trial, Verdict, judged


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder or file of sources")
    parser.add_argument("--without", type=Path, action="append", default=[], help="folder that is left out")
    parser.add_argument("--sample", type=int, default=60, help="number of mutants (60)")
    parser.add_argument("--seed", type=int, default=20261128, help="seed of the drawing (20261128)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="copies at work at once (the cores)")
    parser.add_argument("--threshold", type=float, default=85.0, help="per cent noticed below which it fails (85)")
    parser.add_argument("--tests", type=Path, nargs="*", help="test files or folders instead of the member's own")
    parser.add_argument("--verbose", action="store_true", help="print the noticed mutants too")
    return parser.parse_args()


def sources_of(folder: Path, without: list[Path]) -> dict[str, Source]:
    """The sources below `folder` by their path from the root."""
    root = (ROOT / folder).resolve()
    paths = [root] if root.is_file() else sorted(path for path in root.rglob("*.py") if "src" in path.parts)
    left_out = [(ROOT / path).resolve() for path in without]
    return {
        str(path.relative_to(ROOT)): Source(path.read_text(encoding="utf-8"))
        for path in paths
        if not any(path.is_relative_to(other) for other in left_out)
    }


def tests_of(options: argparse.Namespace) -> list[Path]:
    if not options.tests:
        return files_of_tests((ROOT / options.folder).resolve())
    named = [(ROOT / path).resolve() for path in options.tests]
    return sorted({file for path in named for file in (path.rglob("test_*.py") if path.is_dir() else [path])})


def main() -> int:
    options = parsed_arguments()
    sources = sources_of(options.folder, options.without)
    if not sources:
        print(f"no sources in {options.folder}")
        return 2
    began = time.monotonic()
    print(f"sample of {options.sample} lines of {options.folder}, seed {options.seed}, {options.jobs} jobs", flush=True)
    recorded = recording(tests_of(options))
    if recorded.failed:
        print(f"{len(recorded.failed)} tests are left out: they failed or were skipped while recording", flush=True)
    selection = Selection(sources, recorded)
    equivalent = EquivalentMutants()
    for entry in equivalent.stale(sources):
        print(f"the reviewed list names a line that is gone: {entry}")
    chosen = drawn(sources, options.sample, options.seed, equivalent)
    trials = [
        Trial(file, mutant, selection.tests(file, mutant), mutant.applied(sources[file].text))
        for file, mutant in chosen
    ]

    def report(verdict: Verdict) -> None:
        if verdict.failed is None or options.verbose:
            print(description(verdict), flush=True)

    verdicts = judged(trials, recorded, options.jobs, report)
    noticed = sum(verdict.failed is not None for verdict in verdicts)
    share = 100 * noticed / len(verdicts) if verdicts else 100.0
    minutes = (time.monotonic() - began) / 60
    print(f"{noticed} of {len(verdicts)} mutants noticed in {options.folder}: {share:.1f} %, {minutes:.1f} minutes")
    return 0 if share >= options.threshold else 1


def description(verdict: Verdict) -> str:
    trial = verdict.trial
    place = f"{trial.file}:{trial.mutant.line}: {trial.mutant.change}"
    if verdict.failed is not None:
        return f"noticed  {place}\n         by {verdict.failed}"
    return f"survived {place}\n         {len(trial.tests)} tests ran" + ("" if trial.tests else ": no test runs it")


if __name__ == "__main__":
    raise SystemExit(main())
