"""Parsing of GitHub's published example responses, unchanged and with each field removed, null or of another type."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from github_mcp.artifacts import artifact_line
from github_mcp.client.contents import Folder
from github_mcp.client.list_pages import PartialList
from github_mcp.comparisons import comparison_lines
from github_mcp.diffs.changed_files import listed_change
from github_mcp.errors import failure_for
from github_mcp.file_pages import listing
from github_mcp.models.actions import Annotation, FailedJob, Run, jobs_summary, run_row
from github_mcp.models.alerts import code_row, dependency_row, secret_row
from github_mcp.models.changes import CreatedComment, CreatedIssue, CreatedPullRequest, differing
from github_mcp.models.checks import checks_summary, failing_suites
from github_mcp.models.code import CodeHit
from github_mcp.models.comments import ReadComment
from github_mcp.models.history import commit_row, ref_row
from github_mcp.models.issues import Comment, IssueThread, SubIssue, issue_row
from github_mcp.models.pull_requests import FailingCheck, PullRequestState, Review
from github_mcp.models.repositories import Overview, commit_line, language_shares, release_line, repository_row
from github_mcp.models.reviews import WrittenReview, reviews_with_content, threads_of
from github_mcp.records.accounts import RateLimitsRecord, SignedInRecord
from github_mcp.records.actions import (
    AnnotationRecord,
    ArtifactRecord,
    DeploymentRecord,
    JobRecord,
    RunRecord,
    WorkflowRecord,
)
from github_mcp.records.alerts import AlertRecord
from github_mcp.records.apps import AppRecord, InstallationRecord, InstallationTokenRecord
from github_mcp.records.comments import EditedCommentRecord, SingleCommentRecord
from github_mcp.records.contents import EntryRecord
from github_mcp.records.git import CommitObjectRecord, ComparisonRecord, NamedRefRecord, RefRecord
from github_mcp.records.issues import CommentRecord, CreatedCommentRecord, IssueRecord, MilestoneRecord
from github_mcp.records.pull_requests import (
    ChangedFileRecord,
    CheckRunRecord,
    CheckSuiteRecord,
    CountRecord,
    MergeBaseRecord,
    MergedRecord,
    PullRequestRecord,
    ReviewRecord,
    StatusRecord,
)
from github_mcp.records.repositories import CommitRecord, LanguagesRecord, ReleaseRecord, RepositoryRecord
from github_mcp.records.reviews import CreatedReviewRecord, ReviewCommentRecord
from github_mcp.records.searches import CodeHitRecord
from github_openapi import Description
from mcp_chassis.failures import Failure, UpstreamError
from mcp_chassis.http.records import read_record, read_records
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import collecting

Understand = Callable[[Any], Any]
REPO = "/repos/{owner}/{repo}"
GHES = ["ghes-3.17", "ghes-3.19"]


def one(kind: type[Any], convert: Callable[[Any], Any] = str) -> Understand:
    return lambda data: convert(read_record(data, kind, upstream="GitHub", operation="read"))


def each(kind: type[Any], convert: Callable[[Any], Any] = str, at: str = "") -> Understand:
    def understand(data: Any) -> Any:
        found = read_records(data, kind, upstream="GitHub", operation="list", at=at)
        return [convert(item) for item in found.items]

    return understand


def _created(issue: IssueRecord) -> CreatedIssue:
    return CreatedIssue.from_record(issue, ["bug"], ["octocat"], recovered=False)


def _checks(data: Any) -> str:
    runs = read_records(data, CheckRunRecord, upstream="GitHub", operation="list", at="check_runs").items
    total = read_record(data, CountRecord, upstream="GitHub", operation="list").total_count
    return checks_summary(PartialList(runs, total=total), PartialList([]), PartialList([]))


def _check_suites(data: Any) -> Any:
    suites = read_records(data, CheckSuiteRecord, upstream="GitHub", operation="list", at="check_suites").items
    return checks_summary(PartialList([]), PartialList([]), PartialList(suites)), failing_suites(suites)


def _reviews(data: Any) -> Any:
    found = read_records(data, ReviewRecord, upstream="GitHub", operation="list").items
    return reviews_with_content(found)


def _threads(data: Any) -> Any:
    found = read_records(data, ReviewCommentRecord, upstream="GitHub", operation="list").items
    return threads_of(found, {})


def _written_review(review: CreatedReviewRecord) -> WrittenReview:
    return WrittenReview.from_record(review, recovered=False)


def _jobs(data: Any) -> str:
    found = read_records(data, JobRecord, upstream="GitHub", operation="list", at="jobs").items
    return jobs_summary(PartialList(found))


def _sub_issue(issue: IssueRecord) -> SubIssue:
    return SubIssue.from_record(issue, "octocat/Hello-World")


UNDERSTOOD: list[tuple[str, str, Understand]] = [
    ("GET", f"{REPO}/dependabot/alerts", each(AlertRecord, dependency_row)),
    ("GET", f"{REPO}/code-scanning/alerts", each(AlertRecord, code_row)),
    ("GET", f"{REPO}/secret-scanning/alerts", each(AlertRecord, secret_row)),
    ("GET", f"{REPO}/milestones", each(MilestoneRecord)),
    ("GET", f"{REPO}/issues/{{issue_number}}/sub_issues", each(IssueRecord, _sub_issue)),
    ("GET", f"{REPO}/issues/comments/{{comment_id}}", one(SingleCommentRecord, ReadComment.from_record)),
    ("GET", f"{REPO}/pulls/comments/{{comment_id}}", one(SingleCommentRecord, ReadComment.from_record)),
    ("GET", f"{REPO}/pulls/{{pull_number}}/reviews/{{review_id}}", one(SingleCommentRecord, ReadComment.from_record)),
    ("PATCH", f"{REPO}/issues/comments/{{comment_id}}", one(EditedCommentRecord)),
    ("GET", "/app", one(AppRecord)),
    ("GET", "/app/installations", each(InstallationRecord, lambda record: record.owner)),
    ("POST", "/app/installations/{installation_id}/access_tokens", one(InstallationTokenRecord)),
    ("GET", "/search/repositories", each(RepositoryRecord, repository_row, "items")),
    ("GET", "/search/issues", each(IssueRecord, issue_row, "items")),
    ("GET", "/search/code", each(CodeHitRecord, CodeHit.from_record, "items")),
    ("GET", "/user/repos", each(RepositoryRecord, repository_row)),
    ("GET", "/user", one(SignedInRecord)),
    ("GET", "/rate_limit", one(RateLimitsRecord)),
    ("GET", REPO, one(RepositoryRecord, Overview.from_record)),
    (
        "GET",
        f"{REPO}/languages",
        lambda data: one(LanguagesRecord, lambda r: language_shares(r.bytes_of))({"bytes_of": data}),
    ),
    ("GET", f"{REPO}/releases/latest", one(ReleaseRecord, release_line)),
    ("GET", f"{REPO}/commits", each(CommitRecord, commit_line)),
    ("GET", f"{REPO}/issues", each(IssueRecord, issue_row)),
    ("GET", f"{REPO}/issues/{{issue_number}}", one(IssueRecord, lambda r: IssueThread.from_record(r, []))),
    ("GET", f"{REPO}/issues/{{issue_number}}/comments", each(CommentRecord, Comment.from_record)),
    ("POST", f"{REPO}/issues", one(IssueRecord, _created)),
    (
        "POST",
        f"{REPO}/issues/{{issue_number}}/comments",
        one(CreatedCommentRecord, lambda r: CreatedComment.from_record(r, recovered=False)),
    ),
    ("POST", f"{REPO}/pulls", one(IssueRecord, lambda r: CreatedPullRequest.from_record(r, recovered=False))),
    ("PATCH", f"{REPO}/issues/{{issue_number}}", one(IssueRecord, lambda r: differing(r, {"labels": ["a"]}))),
    ("GET", f"{REPO}/pulls/{{pull_number}}", one(PullRequestRecord, PullRequestState.from_record)),
    ("GET", f"{REPO}/pulls/{{pull_number}}/reviews", each(ReviewRecord, Review.from_record)),
    ("GET", f"{REPO}/pulls/{{pull_number}}/files", each(ChangedFileRecord, lambda r: listed_change(r).stat)),
    ("GET", f"{REPO}/commits/{{ref}}/check-runs", _checks),
    ("GET", f"{REPO}/commits/{{ref}}/check-runs", each(CheckRunRecord, FailingCheck.from_record, "check_runs")),
    ("GET", f"{REPO}/commits/{{ref}}/check-suites", _check_suites),
    ("GET", f"{REPO}/commits/{{ref}}/status", each(StatusRecord, FailingCheck.from_status, "statuses")),
    ("GET", f"{REPO}/compare/{{basehead}}", one(MergeBaseRecord)),
    ("GET", f"{REPO}/pulls/{{pull_number}}/reviews", _reviews),
    ("GET", f"{REPO}/pulls/{{pull_number}}/comments", _threads),
    ("POST", f"{REPO}/pulls/{{pull_number}}/reviews", one(CreatedReviewRecord, _written_review)),
    ("PUT", f"{REPO}/pulls/{{pull_number}}/merge", one(MergedRecord, lambda r: (r.sha, r.merged))),
    ("GET", f"{REPO}/actions/runs", each(RunRecord, run_row, "workflow_runs")),
    ("GET", f"{REPO}/actions/runs/{{run_id}}", one(RunRecord, lambda r: Run.of(r, PartialList([]), []))),
    ("GET", f"{REPO}/actions/runs/{{run_id}}/jobs", each(JobRecord, lambda r: FailedJob.of(r, None), "jobs")),
    ("GET", f"{REPO}/actions/runs/{{run_id}}/jobs", _jobs),
    ("GET", f"{REPO}/check-runs/{{check_run_id}}/annotations", each(AnnotationRecord, Annotation.from_record)),
    ("GET", f"{REPO}/actions/runs/{{run_id}}/artifacts", each(ArtifactRecord, artifact_line, "artifacts")),
    ("GET", f"{REPO}/actions/workflows", each(WorkflowRecord, lambda r: (r.id, r.file, r.name), "workflows")),
    ("GET", f"{REPO}/deployments", each(DeploymentRecord, lambda r: r.environment)),
    ("GET", f"{REPO}/commits", each(CommitRecord, commit_row)),
    ("GET", f"{REPO}/branches", each(NamedRefRecord, ref_row)),
    ("GET", f"{REPO}/tags", each(NamedRefRecord, ref_row)),
    ("GET", f"{REPO}/compare/{{basehead}}", one(ComparisonRecord, lambda r: comparison_lines("a", "b", r, r.commits))),
    ("GET", f"{REPO}/git/ref/{{ref}}", one(RefRecord, lambda r: r.object.sha)),
    ("GET", f"{REPO}/git/commits/{{commit_sha}}", one(CommitObjectRecord, lambda r: r.tree.sha)),
    ("GET", f"{REPO}/git/trees/{{tree_sha}}", each(EntryRecord, lambda r: listing("x", Folder([r]), 0, 9), "tree")),
]
IDS = [f"{method} {path} {index}" for index, (method, path, _) in enumerate(UNDERSTOOD)]


@pytest.mark.parametrize(("method", "path", "understand"), UNDERSTOOD, ids=IDS)
def test_every_published_example_response_is_parsed_without_warnings(
    description: Description, method: str, path: str, understand: Understand
) -> None:
    examples = list(json_examples(description, method, path))
    assert examples
    for example in examples:
        with collecting() as warnings:
            understand(example)
        assert warnings == []


@pytest.mark.parametrize("version", GHES)
@pytest.mark.parametrize(("method", "path", "understand"), UNDERSTOOD, ids=IDS)
def test_every_published_example_response_of_an_enterprise_server_is_parsed(
    published: Callable[[str], Description], version: str, method: str, path: str, understand: Understand
) -> None:
    document = published(version)
    if path not in document.document["paths"]:
        pytest.skip(f"{version} has no {path}")
    for example in json_examples(document, method, path):
        understand(example)


@pytest.mark.parametrize(("method", "path", "understand"), UNDERSTOOD, ids=IDS)
def test_a_malformed_field_is_left_out_or_is_an_upstream_error(
    description: Description, method: str, path: str, understand: Understand
) -> None:
    """Remove each field of each example, set it to null, and change its type, one at a time."""
    trials = 0
    wrong: list[str] = []
    for example in json_examples(description, method, path):
        for place, mutant in mutants(example):
            trials += 1
            with collecting():
                try:
                    shown = str(understand(mutant))
                except UpstreamError:
                    continue
                except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
                    wrong.append(f"{place}: {error!r}")
                    continue
            if "'odd': 1" in shown:
                wrong.append(f"{place}: the odd value is shown")
    assert wrong == []
    assert trials >= 10


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 415, 422, 423, 429, 451, 500, 502, 503])
def test_a_malformed_error_body_still_gives_a_failure(status: int) -> None:
    body = {"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "invalid"}]}
    others: list[tuple[str, Any]] = [("", body), ("", None), ("", []), ("", "text"), ("", 7)]
    for _, mutant in [*mutants(body), *others]:
        answer = Response("GitHub", status, {"content-type": "application/json"}, json.dumps(mutant).encode())
        failure = failure_for(answer)
        assert isinstance(failure, Failure)
        assert failure.code != "INTERNAL_ERROR"


def json_examples(description: Description, method: str, path: str) -> Iterator[Any]:
    """The published example responses that are JSON."""
    return (example for _, example in description.examples(method, path) if not isinstance(example, str))


def mutants(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the value with one change: replaced by another type, then with each field removed, null or changed."""
    wholes: tuple[Any, ...] = (None, [], {}, "text", 7)
    for whole in wholes:
        if type(whole) is not type(value):
            yield f"whole {whole!r}", whole
    for place in places(value):
        for change in ("removed", "null", "other"):
            mutant = copy.deepcopy(value)
            holder = mutant
            for key in place[:-1]:
                holder = holder[key]
            if change == "removed" and isinstance(holder, dict):
                del holder[place[-1]]
            elif change == "other":
                old = holder[place[-1]]
                holder[place[-1]] = "text" if isinstance(old, dict | list) else {"odd": 1}
            else:
                holder[place[-1]] = None
            yield f"{'.'.join(map(str, place))} {change}", mutant


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every field, up to four levels deep, and only of the first entry of each list."""
    if len(path) > 3:
        return
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(cast("dict[str, Any]", value).items())
    elif isinstance(value, list):
        children = list(enumerate(cast("list[Any]", value)[:1]))
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))
