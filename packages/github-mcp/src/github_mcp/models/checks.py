"""Summary of a commit's checks: check runs, commit statuses, and check suites without check runs.

GitHub makes a suite for every installed app that may write checks, whether or not the app ever reports a check. A suite
of GitHub Actions exists only for a workflow run: without check runs the run has not started, or could not.
"""

from collections.abc import Sequence

from github_mcp.client.list_pages import PartialList, named
from github_mcp.models.pull_requests import SKIPPED, FailingCheck, failing_runs, is_failing, pending_runs
from github_mcp.records.pull_requests import CheckRunRecord, CheckSuiteRecord, StatusRecord

ACTIONS = "github-actions"
_DID_NOT_START = ("failure", "startup_failure", "timed_out", "action_required")
_SUMMARIES = {
    "action_required": "A person with write access must approve the workflow run at GitHub.",
    "startup_failure": "The workflow could not start; usually its file is not valid.",
}
_NO_CHECKS = "The app reported no check of its own."


def checks_summary(
    runs: PartialList[CheckRunRecord], statuses: PartialList[StatusRecord], suites: PartialList[CheckSuiteRecord]
) -> str:
    """Counts of checks by state, such as `1 failing, 2 pending, 223 passed`; `none` if the commit has no checks.

    Apps whose suites contain no check are named after the counts, as in `none, no checks from Renovate`.
    """
    failing, pending = len(failing_runs(runs.items)), len(pending_runs(runs.items))
    failing += sum(is_failing(each) for each in statuses.items)
    pending += sum(each.state == "pending" for each in statuses.items)
    skipped = sum(each.conclusion == SKIPPED for each in runs.items)
    passed = len(runs.items) + len(statuses.items) - failing - pending - skipped
    failing += len(failing_suites(suites.items))
    pending += count_starting(suites.items)
    counts = ((failing, "failing"), (pending, "pending"), (passed, "passed"), (skipped, "skipped"))
    shown = [f"{count} {word}" for count, word in counts if count]
    missing = [each.missing for each in (runs, statuses, suites)]
    if None in missing:
        shown.append("more not read")
    elif unread := sum(each or 0 for each in missing):
        shown.append(f"{unread} not read")
    shown = shown or ["none"]
    if silent := silent_apps(suites.items):
        shown.append(f"no checks from {named(silent)}")
    return ", ".join(shown)


def failing_suites(suites: Sequence[CheckSuiteRecord]) -> list[FailingCheck]:
    """The suites that failed, or wait for a person, before any check ran."""
    return [
        FailingCheck(
            name=each.app_name, conclusion=each.conclusion, summary=_SUMMARIES.get(each.conclusion, _NO_CHECKS)
        )
        for each in suites
        if each.is_empty and each.conclusion in _DID_NOT_START
    ]


def count_starting(suites: Sequence[CheckSuiteRecord]) -> int:
    """The number of workflow runs of GitHub Actions whose jobs have not been made yet."""
    return sum(each.is_empty and each.app_slug == ACTIONS and not each.is_completed for each in suites)


def silent_apps(suites: Sequence[CheckSuiteRecord]) -> list[str]:
    """The names of other apps whose suites contain no check, so that they neither pass, fail nor wait."""
    silent = [each for each in suites if each.is_empty and (not each.is_completed or each.conclusion == "stale")]
    return list(dict.fromkeys(each.app_name for each in silent if each.app_slug != ACTIONS))
