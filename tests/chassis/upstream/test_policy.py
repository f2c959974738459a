"""The figures of the upstream policy: defaults, variables, bounds, and figures that depend on others."""

from typing import Any

import pytest
from mcp_chassis.settings import former_variable
from mcp_chassis.upstream.policy import Policy
from pydantic import ValidationError

MIB = 1024 * 1024
SETTINGS: dict[str, tuple[str, float, float]] = {
    "call_deadline": ("MCP_CALL_DEADLINE", 30, 0),
    "task_deadline": ("MCP_TASK_DEADLINE", 3600, 1),
    "task_after": ("MCP_TASK_AFTER", 5, 0),
    "task_kept": ("MCP_TASK_KEPT", 3600, 0),
    "read_timeout": ("MCP_READ_TIMEOUT", 10, 0),
    "rate": ("MCP_OUTBOUND_RATE", 10, 0.001),
    "retry_attempts": ("MCP_RETRY_ATTEMPTS", 3, 1),
    "retry_base": ("MCP_RETRY_BASE", 0.2, 0),
    "retry_cap": ("MCP_RETRY_CAP", 5, 0),
    "budget": ("MCP_RETRY_BUDGET", 500, 0),
    "breaker_failures": ("MCP_BREAKER_FAILURES", 20, 1),
}
"""The variable, the default and the minimum of each setting."""
CONSTANTS: dict[str, tuple[str, float]] = {
    "deadline_margin": ("MCP_DEADLINE_MARGIN", 0.25),
    "connect_timeout": ("MCP_CONNECT_TIMEOUT", 5),
    "write_timeout": ("MCP_WRITE_TIMEOUT", 10),
    "pool_timeout": ("MCP_POOL_TIMEOUT", 5),
    "connections": ("MCP_CONNECTIONS", 100),
    "retry_base_limited": ("MCP_RETRY_BASE_LIMITED", 1.0),
    "unsent_attempts": ("MCP_UNSENT_ATTEMPTS", 6),
    "unsent_base": ("MCP_UNSENT_BASE", 0.5),
    "budget_retry": ("MCP_RETRY_COST", 14),
    "budget_limited": ("MCP_RETRY_COST_LIMITED", 5),
    "budget_success": ("MCP_RETRY_GAIN", 1),
    "breaker_window": ("MCP_BREAKER_WINDOW", 10),
    "breaker_open": ("MCP_BREAKER_OPEN", 2),
    "breaker_open_cap": ("MCP_BREAKER_OPEN_CAP", 30),
    "max_answer_bytes": ("MCP_MAX_ANSWER_BYTES", 10 * MIB),
    "max_redirects": ("MCP_MAX_REDIRECTS", 5),
    "etag_bytes": ("MCP_ETAG_BYTES", 8 * MIB),
}
"""The variable that set the figure until 0.1, and its value."""
AT_LEAST_ONE = {"connections", "unsent_attempts", "max_answer_bytes"}


def test_the_defaults_are_those_of_the_table() -> None:
    expected: dict[str, Any] = {name: default for name, (_, default, _) in SETTINGS.items()}
    assert Policy().model_dump() == expected | {name: value for name, (_, value) in CONSTANTS.items()}


@pytest.mark.parametrize("field", SETTINGS)
def test_a_setting_is_read_from_its_variable_within_its_bounds(field: str) -> None:
    variable, _, least = SETTINGS[field]
    for value in (least, 10**9):
        assert getattr(Policy.model_validate({variable: value}), field) == value
    for value in (least - 0.0005 if field == "rate" else least - 1, 10**9 + 1):
        with pytest.raises(ValidationError):
            Policy.model_validate({variable: value})


@pytest.mark.parametrize("field", CONSTANTS)
def test_a_constant_names_the_variable_that_set_it(field: str) -> None:
    assert former_variable(Policy.model_fields[field]) == CONSTANTS[field][0]


@pytest.mark.parametrize("field", CONSTANTS)
def test_a_constant_given_in_code_is_within_its_bounds(field: str) -> None:
    least = 1 if field in AT_LEAST_ONE else 0
    for value in (least, 10**9):
        assert getattr(Policy(**{field: value}), field) == value
    for value in (least - 1, 10**9 + 1):
        with pytest.raises(ValidationError):
            Policy(**{field: value})


@pytest.mark.parametrize(("attempts", "unsent"), [(1, 1), (2, 4), (3, 6)])
def test_a_request_never_sent_has_twice_the_attempts_but_a_single_one_is_never_repeated(
    attempts: int, unsent: int
) -> None:
    assert Policy(retry_attempts=attempts).unsent_attempts == unsent


def test_the_other_intervals_follow_the_base_of_the_backoff() -> None:
    policy = Policy(retry_base=2)
    assert (policy.retry_base_limited, policy.unsent_base) == (10, 5)


def test_a_policy_cannot_be_changed() -> None:
    policy = Policy()
    with pytest.raises(ValidationError):
        policy.rate = 5
