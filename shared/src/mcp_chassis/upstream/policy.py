"""Every figure of one call's way out; each is a setting."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def _figure(variable: str, default: float, description: str, *, least: float = 0.0) -> Any:
    return Field(default=default, ge=least, le=1e9, validation_alias=f"MCP_{variable}", description=description)


class Policy(BaseModel):
    """How calls to outside services are paced, bounded and repeated; times are seconds.

    `ServerSettings` inherits it, so that settings are given where a policy is wanted.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    call_deadline: float = _figure("CALL_DEADLINE", 30, "Whole time of a call that has no deadline of its own.")
    deadline_margin: float = _figure("DEADLINE_MARGIN", 0.25, "How long before its deadline a call gives up by itself.")
    connect_timeout: float = _figure("CONNECT_TIMEOUT", 5, "Longest wait for a connection.")
    read_timeout: float = _figure("READ_TIMEOUT", 10, "Longest silence of a service that owes an answer.")
    write_timeout: float = _figure("WRITE_TIMEOUT", 10, "Longest wait for a service to take the request.")
    pool_timeout: float = _figure("POOL_TIMEOUT", 5, "Longest wait for one of our own connections.")
    connections: int = _figure("CONNECTIONS", 100, "Connections to one service, at most.", least=1)
    rate: float = _figure("OUTBOUND_RATE", 10, "Requests a second to one service.", least=0.001)
    retry_attempts: int = _figure("RETRY_ATTEMPTS", 3, "Attempts in all, of what was sent.", least=1)
    retry_base: float = _figure("RETRY_BASE", 0.2, "First interval of the jitter between attempts.")
    retry_base_limited: float = _figure("RETRY_BASE_LIMITED", 1, "The same after a limit.")
    retry_cap: float = _figure("RETRY_CAP", 5, "Longest interval of the jitter.")
    unsent_attempts: int = _figure("UNSENT_ATTEMPTS", 6, "Attempts in all, of what was never sent.", least=1)
    unsent_base: float = _figure("UNSENT_BASE", 0.5, "First interval between attempts of what was never sent.")
    budget: float = _figure("RETRY_BUDGET", 500, "What the retries of one service may cost before successes.")
    budget_retry: float = _figure("RETRY_COST", 14, "What one retry costs.")
    budget_limited: float = _figure("RETRY_COST_LIMITED", 5, "What one retry after a limit costs.")
    budget_success: float = _figure("RETRY_GAIN", 1, "What a success without retries gives back.")
    breaker_failures: int = _figure("BREAKER_FAILURES", 20, "Failures without a success that open it.", least=1)
    breaker_window: float = _figure("BREAKER_WINDOW", 10, "The time within which they count.")
    breaker_open: float = _figure("BREAKER_OPEN", 2, "How long it stays open, first; then twice as long.")
    breaker_open_cap: float = _figure("BREAKER_OPEN_CAP", 30, "How long it stays open, at most.")
    max_answer_bytes: int = _figure("MAX_ANSWER_BYTES", 10 * 1024 * 1024, "Decoded bytes of one answer.", least=1)
    max_redirects: int = _figure("MAX_REDIRECTS", 5, "Redirects that one request follows.")
    etag_bytes: int = _figure("ETAG_BYTES", 8 * 1024 * 1024, "Memory for answers that are asked again by ETag.")
