"""The signed-in account and its rate limits."""

from github_mcp.client.apps import Apps
from github_mcp.client.session import Session
from github_mcp.records.accounts import LimitRecord, RateLimitsRecord, SignedInRecord


class Accounts:
    """Args:
    apps: the GitHub App that the server acts as, whose tokens belong to no account.
    """

    def __init__(self, session: Session, apps: Apps | None = None) -> None:
        self._session = session
        self._apps = apps

    async def signed_in(self) -> SignedInRecord:
        """The account that what this server writes is shown under."""
        if self._apps is not None:
            app = await self._apps.own()
            return SignedInRecord(app.login, "Bot", app.name)
        return (await self._session.get("/user")).record(SignedInRecord, operation="find the account")

    async def rate_limits(self) -> dict[str, LimitRecord]:
        """What is left of each rate limit; asking costs nothing of them.

        Raises:
            NotFound: on an Enterprise Server whose rate limits are switched off.
        """
        answer = await self._session.get("/rate_limit")
        return answer.record(RateLimitsRecord, operation="read the rate limits").resources
