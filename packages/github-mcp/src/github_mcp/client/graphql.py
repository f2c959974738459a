"""GraphQL requests to GitHub, for what its REST API does not tell or do."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp_chassis.accounts.signed_in_secret import on_behalf_of
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response
from mcp_chassis.upstream.retry import Repeat

from github_mcp.rate_limit_notices import RateLimitNotices

ENTERPRISE_REST_PATH = "/api/v3"
Variables = Mapping[str, object]
LookUp = Callable[[], Awaitable[Mapping[str, Any] | None]]


def is_enterprise(api_url: str) -> bool:
    """Whether the address of the REST API is that of an Enterprise Server."""
    return api_url.rstrip("/").endswith(ENTERPRISE_REST_PATH)


def graphql_base_url(api_url: str) -> str:
    """The address that `/graphql` follows: an Enterprise Server has it beside its REST API, not below it."""
    base = api_url.rstrip("/")
    return base.removesuffix("/v3") if is_enterprise(base) else base


class GraphQL:
    """GraphQL with the account or installation of `owner`.

    The caller checks the repository of what comes back against the allow-list.

    Args:
        http: its failures include those that GraphQL reports with status 200.
    """

    def __init__(self, http: JsonApi, notices: RateLimitNotices) -> None:
        self._http = http
        self._notices = notices

    async def query(self, owner: str, text: str, variables: Variables) -> Response:
        """Read."""
        return await self._send(owner, text, variables, Repeat.READ)

    async def mutate(
        self, owner: str, text: str, variables: Variables, *, proof: type[Record], check: str = ""
    ) -> Response:
        """Set something that may be set twice without harm; `proof` is the record that the whole answer must hold.

        Raises:
            OutcomeUnknown: when the answer proves neither that it happened nor that it did not.
        """
        return await self._send(owner, text, variables, Repeat.ONCE, proof, check)

    async def create(
        self, owner: str, text: str, variables: Variables, *, proof: type[Record], check: str, recover: LookUp
    ) -> Response:
        """Make something that must not be made twice; `recover` looks it up when the answer proves nothing.

        Raises:
            OutcomeUnknown: when it is not found.
        """
        return await self._send(owner, text, variables, Repeat.NEVER, proof, check, recover)

    async def _send(
        self,
        owner: str,
        text: str,
        variables: Variables,
        repeat: Repeat,
        proof: type[Record] | None = None,
        check: str = "",
        recover: LookUp | None = None,
    ) -> Response:
        with on_behalf_of(owner):
            answer = await self._http.request(
                "POST",
                "/graphql",
                json={"query": text, "variables": variables},
                repeat=repeat,
                rate_limit=None if repeat is Repeat.READ else "writes",
                proof=proof,
                check=check,
                recover=recover,
                follow_same_origin=False,
            )
            self._notices.record(answer.headers)
        return answer
