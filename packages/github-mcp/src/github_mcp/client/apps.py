"""Requests of a GitHub App about itself, authenticated by a signed token: name, installations and their tokens."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

from mcp_chassis.failures import NotFound, UpstreamError
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.upstream.retry import Repeat

from github_mcp.client.list_pages import MAX_PAGE_SIZE
from github_mcp.records.apps import AppRecord, InstallationRecord, InstallationTokenRecord

DEFAULT_LIFETIME_SECONDS = 600.0  # assumed for a token whose expiry cannot be read


class Apps:
    """Requests of one GitHub App about itself.

    Args:
        http: client that signs its requests with the app's private key.
        installation_id: id of the installation to use for every request; None to choose one by owner.
    """

    def __init__(self, http: JsonApi, installation_id: int | None = None) -> None:
        self.installation_id = installation_id
        self._http = http

    async def app(self) -> AppRecord:
        return (await self._http.get("/app")).record(AppRecord, operation="read the app")

    async def installations(self) -> Sequence[InstallationRecord]:
        """The first hundred installations that are not suspended."""
        answer = await self._http.get("/app/installations", params={"per_page": MAX_PAGE_SIZE})
        found = answer.records(InstallationRecord, operation="list the installations", noun="installations")
        return [each for each in found.items if each.suspended_at is None]

    async def installation(self, installation_id: int) -> InstallationRecord:
        answer = await self._http.get("/app/installations/{id}", {"id": installation_id})
        return answer.record(InstallationRecord, operation="read the installation")

    async def installation_of(self, owner: str) -> InstallationRecord:
        """The installation of the app for an organisation or a person.

        Raises:
            NotFound: if the app is not installed for this owner.
        """
        try:
            answer = await self._http.get("/orgs/{owner}/installation", {"owner": owner})
        except NotFound:
            answer = await self._http.get("/users/{owner}/installation", {"owner": owner})
        return answer.record(InstallationRecord, operation="find the installation")

    async def token(self, installation_id: int) -> tuple[str, float]:
        """Create a token of an installation; return it with the seconds until it expires by GitHub's clock."""
        # A token that was created but not received does no harm, so the request may be repeated.
        path, values = "/app/installations/{id}/access_tokens", {"id": installation_id}
        answer = await self._http.post(path, values, json={}, repeat=Repeat.READ)
        made = answer.record(InstallationTokenRecord, operation="make an installation token")
        if not made.token.isascii() or not made.token.isprintable() or not made.token:
            text = "GitHub's response to the request for an installation token has no usable token."
            raise UpstreamError(text, remedy="Try again later.")
        return made.token, _seconds_between(answer.headers.get("date", ""), made.expires_at)


def _seconds_between(now: str, end: str) -> float:
    try:
        return (datetime.fromisoformat(end) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):
        return DEFAULT_LIFETIME_SECONDS
