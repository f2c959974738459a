"""Requests for releases: their list, one by its tag, and the latest."""

from mcp_chassis.failures import NotFound
from mcp_chassis.http.response import Response

from github_mcp.client.list_pages import ListPage, next_position, params_at
from github_mcp.client.session import Session
from github_mcp.records.releases import ReleaseNotesRecord

LATEST = "latest"


class Releases:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(self, owner: str, repo: str, size: int, position: str | None) -> ListPage[ReleaseNotesRecord]:
        """One page of releases with drafts and prereleases, newest first."""
        params = params_at(position, {"per_page": size})
        answer = await self._session.read(owner, repo, "/releases", params=params)
        found = answer.records(ReleaseNotesRecord, operation="list the releases", noun="releases")
        return ListPage(found.items, next_position(answer))

    async def tagged(self, owner: str, repo: str, tag: str) -> ReleaseNotesRecord:
        """The release of a tag; `latest` means GitHub's latest release, unless a tag has this name.

        Raises:
            NotFound: if there is no release of this tag, or only prereleases and drafts for `latest`.
        """
        operation = "read the release"
        try:
            answer = await self._session.read(owner, repo, "/releases/tags/{tag}", {"tag": tag})
        except NotFound as missing:
            if tag != LATEST:
                await self._session.require(owner, repo)
                text = f"There is no release of the tag {tag!r}."
                raise NotFound(text, remedy="Leave tag out to list the releases.") from missing
            answer = await self._latest(owner, repo)
        return answer.record(ReleaseNotesRecord, operation=operation)

    async def _latest(self, owner: str, repo: str) -> Response:
        try:
            return await self._session.read(owner, repo, "/releases/latest")
        except NotFound as missing:
            await self._session.require(owner, repo)
            text = "There is no latest release: the repository has no releases, or only prereleases and drafts."
            raise NotFound(text, remedy="Leave tag out to list all releases.") from missing
