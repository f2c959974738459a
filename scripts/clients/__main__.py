"""Try hosts, client libraries and agent frameworks with the servers: `make clients`.

clients UV [NAME...]: with names only these are tried again, and the page keeps the last report of each other one.
Exit code 1 when one does not work.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from servers import ROOT

from clients import frameworks, hosts, inspector, libraries
from clients.environments import FOLDER
from clients.frameworks import FRAMEWORKS
from clients.hosts import TRIALS
from clients.libraries import LIBRARIES
from clients.page import page

PAGE = ROOT / "docs" / "clients.md"
REPORTS = FOLDER / "reports.json"
INSPECTOR = "inspector"
Report = dict[str, Any]


def main(uv: str, *names: str) -> int:
    trials = _trials(uv)
    if unknown := sorted(set(names) - trials.keys()):
        sys.stderr.write(f"{unknown[0]} is none of {', '.join(trials)}.\n")
        return 2
    reports = _reports() if names else {}
    for name in names or trials:
        reports[name] = {**trials[name](), "day": datetime.now(UTC).date().isoformat()}
        print(f"{name:<18} {'works' if _is_good(name, reports[name]) else json.dumps(reports[name])[:500]}", flush=True)
        REPORTS.write_text(json.dumps(reports), encoding="utf-8")
    if missing := sorted(trials.keys() - reports.keys()):
        print(f"The page is written when the others were tried too: {' '.join(missing)}")
        return 1
    days = sorted({report["day"] for report in reports.values()})
    day = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    shown = (_of(reports, names) for names in (TRIALS, (INSPECTOR, *LIBRARIES), FRAMEWORKS))
    PAGE.write_text(page(day, *shown), encoding="utf-8")
    return int(not all(_is_good(name, report) for name, report in reports.items()))


def _trials(uv: str) -> Mapping[str, Callable[[], Report]]:
    return {
        **{name: lambda name=name: hosts.trial(name) for name in TRIALS},
        INSPECTOR: inspector.trial,
        **{name: lambda name=name: libraries.trial(uv, name) for name in LIBRARIES},
        **{name: lambda name=name: frameworks.trial(uv, name) for name in FRAMEWORKS},
    }


def _reports() -> dict[str, Report]:
    return json.loads(REPORTS.read_text(encoding="utf-8")) if REPORTS.exists() else {}


def _of(reports: Mapping[str, Report], names: Iterable[str]) -> dict[str, Report]:
    return {name: reports[name] for name in names}


def _is_good(name: str, report: Report) -> bool:
    if name in TRIALS:
        return hosts.is_good(report)
    return not report.get("problem") and not report["refused"] if name in FRAMEWORKS else libraries.is_good(report)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
