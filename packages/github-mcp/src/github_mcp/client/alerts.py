"""Requests for the security alerts of one repository."""

from typing import Literal

from github_mcp.client.list_pages import ListPage, next_position, params_at
from github_mcp.client.session import Session
from github_mcp.records.alerts import AlertRecord

AlertKind = Literal["dependabot", "code-scanning", "secret-scanning"]


class Alerts:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(
        self, owner: str, repo: str, kind: AlertKind, size: int, position: str | None, *, open_only: bool
    ) -> ListPage[AlertRecord]:
        """One page of alerts of one kind, newest first.

        Raises:
            NotFound, PermissionDenied: with GitHub's reason, for example if the feature is switched off.
        """
        params = params_at(position, {"state": "open" if open_only else None, "per_page": size})
        answer = await self._session.read(owner, repo, f"/{kind}/alerts", params=params)
        found = answer.records(AlertRecord, operation="list the alerts", noun="alerts")
        return ListPage(found.items, next_position(answer))
