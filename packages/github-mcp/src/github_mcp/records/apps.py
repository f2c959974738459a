"""Records of the GitHub App that a server acts as, its installations and their tokens."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class AppRecord(Record, frozen=True):
    slug: str
    name: str | None = None

    @property
    def login(self) -> str:
        """The login that GitHub shows as the author of the app's writes."""
        return f"{self.slug}[bot]"


class InstallationRecord(Record, frozen=True):
    id: int
    account: AccountRecord | None = None
    permissions: dict[str, str] | None = None
    suspended_at: str | None = None

    @property
    def owner(self) -> str:
        """The login of the account for which the app is installed."""
        return self.account.login if self.account else f"installation {self.id}"


class InstallationTokenRecord(Record, frozen=True):
    token: str
    expires_at: str
