"""Accounts, teams, and the limits of a credential."""

from mcp_chassis.http.records import Record

GHOST = "ghost"  # GitHub's own name for an account that is gone


class AccountRecord(Record, frozen=True):
    login: str
    type: str = ""


class SignedInRecord(Record, frozen=True):
    login: str
    type: str = ""
    name: str | None = None


class LimitRecord(Record, frozen=True):
    limit: int
    remaining: int
    reset: int = 0
    used: int = 0


class RateLimitsRecord(Record, frozen=True):
    resources: dict[str, LimitRecord]


def login(account: AccountRecord | None) -> str:
    """The account's login; GitHub's `ghost` where the account was deleted."""
    return GHOST if account is None else account.login
