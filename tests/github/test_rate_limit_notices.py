"""Notices and metrics of GitHub's rate limits, from the headers of its responses."""

import pytest
from github_mcp.rate_limit_notices import RateLimitNotices, measure
from mcp_chassis.output.warnings import collecting
from mcp_chassis.telemetry.metrics import Metrics

NOON = 1_782_043_200  # 21 June 2026, 12:00 UTC
DATE = {"date": "Sun, 21 Jun 2026 11:50:00 GMT"}


def limits(remaining: str, limit: str = "5000", reset: str = str(NOON), **more: str) -> dict[str, str]:
    named = {f"x-ratelimit-{name}": value for name, value in more.items()}
    return {"x-ratelimit-limit": limit, "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset, **named, **DATE}


@pytest.mark.parametrize(
    ("headers", "resource", "left"),
    [
        (limits("4999"), "core", 4_999.0),
        (limits("12", resource="search"), "search", 12.0),
        (limits("0", resource="x" * 50), "x" * 40, 0.0),
    ],
)
def test_the_metric_of_requests_left_is_set_for_each_limit(headers: dict[str, str], resource: str, left: float) -> None:
    metrics = Metrics()
    measure(headers, metrics)
    assert metrics.levels == {("limit left", f"GitHub {resource}"): left}


@pytest.mark.parametrize("headers", [{}, DATE, limits(""), limits("-1"), limits("many"), limits("1" * 12), limits("²")])
def test_headers_without_readable_figures_set_no_metric_and_give_no_notice(headers: dict[str, str]) -> None:
    metrics, notices = Metrics(), RateLimitNotices(anonymous=False)
    measure(headers, metrics)
    notices.record(headers)
    assert (metrics.levels, notices.current()) == ({}, [])


def test_a_notice_is_given_while_less_than_a_tenth_of_a_limit_is_left() -> None:
    now = 100.0
    notices = RateLimitNotices(anonymous=False, clock=lambda: now)
    notices.record(limits("500"))
    assert notices.current() == []
    notices.record(limits("499"))
    notices.record(limits("2", limit="30", resource="search"))
    core = "Only 499 of 5000 GitHub requests (core) are left until 12:00 UTC."
    assert notices.current() == [core, "Only 2 of 30 GitHub requests (search) are left until 12:00 UTC."]
    notices.record(limits("30", limit="30", resource="search"))
    assert notices.current() == [core]
    now = 699.0
    assert notices.current() == [core]
    now = 701.0
    assert notices.current() == []


@pytest.mark.parametrize(
    ("header", "warned"),
    [
        ("partial-results; organizations=1,2", True),
        ("required; url=https://github.com/orgs/acme/sso", False),
        ("", False),
    ],
)
def test_results_without_organisations_that_require_single_sign_on_have_a_warning(header: str, warned: bool) -> None:
    with collecting() as warnings:
        RateLimitNotices.warn_of_partial_results({"x-github-sso": header})
    expected = ["Results of organisations that require single sign-on for this token are left out."]
    assert warnings == (expected if warned else [])
