"""Failures that the servers raise: each says what to try, in words of its own or by the remedy of its kind."""

import ast
from collections import Counter

from servers import ROOT

SOURCES = [ROOT / "shared" / "src", *sorted(ROOT.glob("packages/*/src"))]
KINDS = {"NotFound", "PermissionDenied", "Conflict"}
BY_THE_KIND = Counter(
    {
        ("NotFound", "lookup"): 3,  # of time zones: the text names the candidates
        ("PermissionDenied", "profile"): 1,
        ("PermissionDenied", "rows"): 1,
        ("PermissionDenied", "schemas"): 1,
        ("PermissionDenied", "project_changes"): 1,
        ("PermissionDenied", "channel_directory"): 1,
        ("PermissionDenied", "files"): 1,
        ("Conflict", "pull_request_changes"): 2,
        ("Conflict", "pull_requests"): 1,
        ("Conflict", "reviews"): 1,
        ("Conflict", "errors"): 1,
        ("Conflict", "file_edits"): 1,
        ("Conflict", "issue_organization"): 1,
        ("Conflict", "project_changes"): 1,
        ("Conflict", "pull_request_state"): 1,
    }
)
"""Reviewed: kind and module of the failures for which the remedy of their kind is the right one."""


def test_a_failure_has_a_remedy_of_its_own_unless_that_of_its_kind_was_reviewed() -> None:
    found = Counter(
        (node.func.id, path.stem)
        for folder in SOURCES
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS
        if not any(keyword.arg == "remedy" for keyword in node.keywords)
    )
    assert found - BY_THE_KIND == Counter()
