"""Milestones of a repository."""

from mcp_chassis.failures import InvalidInput, NotFound

from github_mcp.client.list_pages import MAX_PAGE_SIZE, named
from github_mcp.client.session import Session, Values
from github_mcp.records.issues import MilestoneRecord

MAX_PAGES = 5


class Milestones:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def find(self, owner: str, repo: str, title: str) -> MilestoneRecord:
        """A milestone by its title, open or closed; the very title counts before one of another case.

        Raises:
            NotFound: naming those there are.
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
            raise InvalidInput(f"Several milestones are called {title!r}; this tool takes them by title alone.")
        if not found or found[0].number is None:
            names = named([each.title for each in there], complete=params is None)
            raise NotFound(f"There is no milestone {title!r} here.", remedy=f"There are: {names}.")
        return found[0]
