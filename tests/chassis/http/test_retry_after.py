"""Retry-After and times of a reset, in seconds."""

import pytest
from mcp_chassis.http.retry_after import MAX_WAIT_SECONDS, retry_after_seconds, seconds_until


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (" 2 ", 2.0),
        ("0.5", 0.5),
        ("1.2.3", None),
        ("²", None),
        (".", None),
        ("604800", MAX_WAIT_SECONDS),
        ("604801", MAX_WAIT_SECONDS),
        ("Fri, 20 Nov 2026 10:00:30 -0000", 30.0),
        ("Fri, 20 Nov 2026 11:00:30 +0100", 30.0),
        ("Fri, 20 Nov 99999 10:00:30 GMT", None),
        ("", None),
    ],
)
def test_a_requested_wait_is_parsed_and_malformed_values_give_none(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": value}, now=1_795_168_800.0) == seconds


def test_a_time_without_a_date_of_the_response_is_compared_with_the_clock_of_this_machine() -> None:
    assert seconds_until(4_102_444_800, {}) is not None
    assert seconds_until(1, {}) is None
