"""Timeouts, attempts, limits and sizes of calls to outside services."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FIXED = "fixed"
"""Key in the `json_schema_extra` of a field that is now a constant; its value is the variable that set it until 0.1."""


def _setting(variable: str, default: float, description: str, *, least: float = 0.0) -> Any:
    return Field(default=default, ge=least, le=1e9, validation_alias=f"MCP_{variable}", description=description)


def _constant(
    former_variable: str, default: float | Callable[[dict[str, Any]], float], description: str, *, least: float = 0.0
) -> Any:
    """A field that is not a setting; `default` may be a function of the settings."""
    bounds: dict[str, Any] = {"ge": least, "le": 1e9, "json_schema_extra": {FIXED: f"MCP_{former_variable}"}}
    if callable(default):
        return Field(default_factory=default, description=description, **bounds)
    return Field(default=default, description=description, **bounds)


class Policy(BaseModel):
    """Timeouts, retries, budgets and limits of calls to outside services. Times are seconds.

    `ServerSettings` inherits it: a server's settings are a policy, and eleven of its fields can be set.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    call_deadline: float = _setting("CALL_DEADLINE", 30, "Deadline of a call that has none of its own.")
    task_deadline: float = _setting("TASK_DEADLINE", 3600, "Deadline of a call that goes on as a task.", least=1)
    task_after: float = _setting("TASK_AFTER", 5, "Time after which a long call goes on as a task.")
    task_kept: float = _setting("TASK_KEPT", 3600, "Time for which a task is kept beyond its deadline.")
    deadline_margin: float = _constant("DEADLINE_MARGIN", 0.25, "Time before its deadline at which a call gives up.")
    connect_timeout: float = _constant("CONNECT_TIMEOUT", 5, "Timeout of a connection attempt.")
    read_timeout: float = _setting("READ_TIMEOUT", 10, "Timeout of waiting for the next bytes of a response.")
    write_timeout: float = _constant("WRITE_TIMEOUT", 10, "Timeout of sending the next bytes of a request.")
    pool_timeout: float = _constant("POOL_TIMEOUT", 5, "Timeout of waiting for a connection of the pool.")
    connections: int = _constant("CONNECTIONS", 100, "Connections to one service at most.", least=1)
    rate: float = _setting("OUTBOUND_RATE", 10, "Requests a second to one service.", least=0.001)
    retry_attempts: int = _setting("RETRY_ATTEMPTS", 3, "Attempts of a request that was sent.", least=1)
    retry_base: float = _setting("RETRY_BASE", 0.2, "First interval of the backoff.")
    retry_base_limited: float = _constant(
        "RETRY_BASE_LIMITED", lambda set_: 5 * set_["retry_base"], "First interval after a rate limit: five times."
    )
    retry_cap: float = _setting("RETRY_CAP", 5, "Longest interval of the backoff.")
    unsent_attempts: int = _constant(
        "UNSENT_ATTEMPTS", lambda set_: _twice(set_["retry_attempts"]), "Attempts of one never sent: twice.", least=1
    )
    unsent_base: float = _constant(
        "UNSENT_BASE", lambda set_: 2.5 * set_["retry_base"], "First interval of one never sent: two and a half times."
    )
    budget: float = _setting("RETRY_BUDGET", 500, "Tokens of the retry budget of one service.")
    budget_retry: float = _constant("RETRY_COST", 14, "Tokens that one retry takes.")
    budget_limited: float = _constant("RETRY_COST_LIMITED", 5, "Tokens that one retry after a rate limit takes.")
    budget_success: float = _constant("RETRY_GAIN", 1, "Tokens that a success without retries returns.")
    breaker_failures: int = _setting("BREAKER_FAILURES", 20, "Failures in a row that open the breaker.", least=1)
    breaker_window: float = _constant("BREAKER_WINDOW", 10, "Time within which these failures count.")
    breaker_open: float = _constant("BREAKER_OPEN", 2, "First time for which the breaker is open; doubled each time.")
    breaker_open_cap: float = _constant("BREAKER_OPEN_CAP", 30, "Longest time for which the breaker is open.")
    max_answer_bytes: int = _constant("MAX_ANSWER_BYTES", 10 * 1024 * 1024, "Decoded bytes of one response.", least=1)
    max_redirects: int = _constant("MAX_REDIRECTS", 5, "Redirects that one request follows.")
    etag_bytes: int = _constant("ETAG_BYTES", 8 * 1024 * 1024, "Memory of the ETag cache of one service.")


def _twice(attempts: int) -> int:
    """Twice the attempts, but a single attempt stays one, so that nothing is repeated."""
    return 2 * attempts if attempts > 1 else 1
