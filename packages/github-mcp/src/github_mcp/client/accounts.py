"""The signed-in account and its rate limits."""

from github_mcp.client.session import Session
from github_mcp.records.accounts import LimitRecord, RateLimitsRecord, SignedInRecord


class Accounts:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def signed_in(self) -> SignedInRecord:
        return (await self._session.get("/user")).record(SignedInRecord, operation="find the account")

    async def rate_limits(self) -> dict[str, LimitRecord]:
        """What is left of each rate limit; asking costs nothing of them.

        Raises:
            NotFound: on an Enterprise Server whose rate limits are switched off.
        """
        answer = await self._session.get("/rate_limit")
        return answer.record(RateLimitsRecord, operation="read the rate limits").resources
