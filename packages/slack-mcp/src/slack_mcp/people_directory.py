"""People: the names of those a page mentions, and finding somebody by name, handle or e-mail address."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import anyio
from mcp_chassis.failures import Failure, InvalidInput, NotFound, PermissionDenied
from mcp_chassis.fan_out import fan_out
from mcp_chassis.storage.cache import Cache

from slack_mcp.client import SlackApi
from slack_mcp.paged_list import KEPT_SECONDS, Listing
from slack_mcp.references import EMAIL, MENTION, USER_ID
from slack_mcp.rendering.json_node import Node, part, parts, text

KEPT_PEOPLE = 5_000
MOST_LOOK_UPS = 60
WORTH_A_PAGE = 3
LONGEST_PAGE = 3.0
"""Seconds that a page of the directory may take before people are asked for one by one."""
FORGOTTEN_AFTER = 300.0
NO_SCOPE = "People are shown by id: the token lacks users:read."
MANY = "Some people are shown by id: too many to look up at once."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace, a bot included."""

    id: str
    handle: str
    real_name: str
    display_name: str = ""
    title: str = ""
    tz: str = ""
    is_bot: bool = False
    deleted: bool = False

    @classmethod
    def from_api(cls, user: Node) -> "Person":
        profile = part(user, "profile")
        return cls(
            id=str(user["id"]),
            handle=text(user, "name"),
            real_name=text(profile, "real_name") or text(user, "real_name", "name"),
            display_name=text(profile, "display_name"),
            title=text(profile, "title"),
            tz=text(user, "tz"),
            is_bot=bool(user.get("is_bot")),
            deleted=bool(user.get("deleted")),
        )

    @property
    def known_as(self) -> set[str]:
        return {name.casefold() for name in (self.handle, self.real_name, self.display_name) if name}


class People:
    """The directory, read on demand. `clock` gives seconds that only grow."""

    def __init__(self, api: SlackApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: Cache[Person] = Cache(entries=KEPT_PEOPLE, clock=clock)
        self._listing = Listing("users.list", self._page)
        self._closed_until = 0.0
        self._slow_until = 0.0

    async def names(self, identities: Iterable[str]) -> tuple[dict[str, str], list[str]]:
        """Real names by id, as far as they can be had, and what to tell where some could not."""
        wanted = list(dict.fromkeys(identities))
        if self._clock() < self._closed_until:
            return {}, [NO_SCOPE] if wanted else []
        named = {identity: person.real_name for identity, person in (await self._from_page(wanted)).items()}
        missing = [identity for identity in wanted if identity not in named]
        outcomes = await fan_out(missing[:MOST_LOOK_UPS], self.person)
        named |= {outcome.item: outcome.value.real_name for outcome in outcomes if outcome.value}
        if any(isinstance(outcome.failure, PermissionDenied) for outcome in outcomes):
            self._closed_until = self._clock() + FORGOTTEN_AFTER
            return named, [NO_SCOPE]
        return named, [MANY] if len(missing) > MOST_LOOK_UPS else []

    async def person(self, identity: str) -> Person:
        """One person by id.

        Raises:
            NotFound: when there is none.
        """

        async def make() -> Person:
            return Person.from_api(await self._api.user(identity))

        return await self._known.get("users.info", {"user": identity}, "app", make, ttl=KEPT_SECONDS)

    async def resolve(self, given: str) -> Person:
        """The one person meant by an id, `<@U1>`, `@handle`, an e-mail address or a real name.

        Raises:
            InvalidInput: when several are called that.
            NotFound: when nobody is, with close names.
        """
        name = given.strip()
        mention = MENTION.fullmatch(name)
        identity = mention[2] if mention else name
        if USER_ID.fullmatch(identity):
            return await self.person(identity)
        if EMAIL.fullmatch(name):
            return Person.from_api(await self._api.user_by_email(name))
        return await self._named(name.lstrip("@").casefold())

    async def search(self, query: str, most: int) -> tuple[list[Person], bool]:
        """People whose names or handles hold the query, best first; whether the whole directory was looked through."""
        wanted = query.strip().lstrip("@").casefold()
        if USER_ID.fullmatch(query.strip()) or EMAIL.fullmatch(query.strip()) or MENTION.fullmatch(query.strip()):
            return [await self.resolve(query)], True
        found: list[Person] = []
        whole = False
        async for page in self._listing.pages():
            found += [person for person in page.items if any(wanted in name for name in person.known_as)]
            whole = not page.following
            if sum(wanted in person.known_as for person in found) >= most:
                break
        found.sort(key=lambda person: (person.deleted, _rank(person, wanted), person.real_name))
        return found[:most], whole

    async def _named(self, name: str) -> Person:
        """Everybody of the name has to be known before one can be meant: a handle alone belongs to one person."""
        same: list[Person] = []
        names: set[str] = set()
        whole = False
        async for page in self._listing.pages():
            for person in page.items:
                if person.handle == name:
                    return person
                names |= person.known_as
            same += [person for person in page.items if name in person.known_as and not person.deleted]
            whole = not page.following
        if len(same) == 1 and whole:
            return same[0]
        if same:
            raise InvalidInput(
                f"More than one person may be called {name!r}.",
                remedy="Use the @handle or id of the one that is meant.",
                details={"candidates": [f"{person.real_name} @{person.handle} {person.id}" for person in same[:10]]},
            )
        close = get_close_matches(name, names, n=5)
        looked = "" if whole else " among the people looked through"
        raise NotFound(
            f"Nobody is called {name!r}{looked}.",
            remedy="Use the e-mail address or id, or find the person with find_users.",
            details={"close": close} if close else None,
        )

    async def _from_page(self, wanted: list[str]) -> dict[str, Person]:
        """Those of the directory's first page, when several are wanted: in most workspaces that is everybody."""
        if len(wanted) <= WORTH_A_PAGE or self._clock() < self._slow_until:
            return {}
        with anyio.move_on_after(LONGEST_PAGE) as patience:
            try:
                async for page in self._listing.pages():
                    by_id = {person.id: person for person in page.items}
                    return {identity: by_id[identity] for identity in wanted if identity in by_id}
            except Failure:
                self._slow_until = self._clock() + FORGOTTEN_AFTER
        if patience.cancelled_caught:
            self._slow_until = self._clock() + FORGOTTEN_AFTER
        return {}

    async def _page(self, cursor: str) -> tuple[list[Person], str]:
        found = await self._api.users(cursor)
        people = [Person.from_api(member) for member in parts(found, "members")]
        return people, text(part(found, "response_metadata"), "next_cursor")


def _rank(person: Person, wanted: str) -> int:
    """Exact before beginning before somewhere inside; handles before names."""
    if person.handle == wanted:
        return 0
    if wanted in person.known_as:
        return 1
    return 2 if any(name.startswith(wanted) for name in person.known_as) else 3
