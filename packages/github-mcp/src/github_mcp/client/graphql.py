"""GraphQL requests to GitHub, for data and changes that its REST API does not offer."""

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
    """Whether a REST API URL is that of a GitHub Enterprise Server."""
    return api_url.rstrip("/").endswith(ENTERPRISE_REST_PATH)


def graphql_base_url(api_url: str) -> str:
    """The URL to which `/graphql` is appended, from that of the REST API."""
    base = api_url.rstrip("/")
    return base.removesuffix("/v3") if is_enterprise(base) else base


class GraphQL:
    """GraphQL requests with the account or installation of `owner`.

    The caller checks the repository in the response against the allow-list.

    Args:
        http: client whose failures include those that GraphQL reports with status 200.
    """

    def __init__(self, http: JsonApi, notices: RateLimitNotices) -> None:
        self._http = http
        self._notices = notices

    async def query(self, owner: str, text: str, variables: Variables) -> Response:
        """Send a query, which is repeated after a transient failure."""
        return await self._send(owner, text, variables, Repeat.READ)

    async def mutate(
        self, owner: str, text: str, variables: Variables, *, proof: type[Record], check: str = ""
    ) -> Response:
        """Send an idempotent mutation; `proof` is the record that the whole response must parse as.

        Raises:
            OutcomeUnknown: if the response does not show whether the change was made.
        """
        return await self._send(owner, text, variables, Repeat.ONCE, proof, check)

    async def create(
        self, owner: str, text: str, variables: Variables, *, proof: type[Record], check: str, recover: LookUp
    ) -> Response:
        """Send a mutation that must not be repeated; `recover` looks up its effect if the response is lost.

        Raises:
            OutcomeUnknown: if the effect is not found.
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
