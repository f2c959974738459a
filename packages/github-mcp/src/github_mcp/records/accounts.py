"""Records of accounts and of rate limits."""

from mcp_chassis.http.records import Record

GHOST = "ghost"  # the login that GitHub itself shows for deleted accounts


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
    """The login of an account; `ghost`, as on GitHub's pages, for a deleted account."""
    return GHOST if account is None else account.login
