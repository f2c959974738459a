"""Requests for the milestones of a repository."""

from mcp_chassis.failures import InvalidInput, NotFound

from github_mcp.client.list_pages import MAX_PAGE_SIZE, named
from github_mcp.client.session import Session, Values
from github_mcp.records.issues import MilestoneRecord

MAX_PAGES = 5


class Milestones:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def find(self, owner: str, repo: str, title: str) -> MilestoneRecord:
        """Find an open or closed milestone by its title; an exact match takes precedence over one in another case.

        Raises:
            NotFound: if there is none; its message lists the existing titles.
            InvalidInput: if several milestones match.
        """
        params: Values | None = {"state": "all", "per_page": MAX_PAGE_SIZE}
        there: list[MilestoneRecord] = []
        for _ in range(MAX_PAGES):
            answer = await self._session.read(owner, repo, "/milestones", params=params)
            there += answer.records(MilestoneRecord, operation="list the milestones", noun="milestones").items
            params = answer.page("next")
            if params is None:
                break
        same = [each for each in there if each.title == title]
        found = same or [each for each in there if each.title.lower() == title.strip().lower()]
        if len(found) > 1:
            text = f"Several milestones have the title {title!r}, and this tool finds milestones only by title."
            raise InvalidInput(text, remedy="Ask the person to rename one of them at GitHub.")
        if not found or found[0].number is None:
            names = named([each.title for each in there], complete=params is None)
            raise NotFound(
                f"There is no milestone {title!r} in {owner}/{repo}.", remedy=f"Its milestones are: {names}."
            )
        return found[0]
