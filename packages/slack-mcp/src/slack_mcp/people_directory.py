"""People of the workspace: names by id, and search by name, handle or e-mail address."""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from difflib import get_close_matches

import anyio
from mcp_chassis.batching import Batcher
from mcp_chassis.failures import Failure, InvalidInput, NotFound, PermissionDenied, TimedOut
from mcp_chassis.fan_out import fan_out
from mcp_chassis.output.dated import moment
from mcp_chassis.storage.cache import Cache

from slack_mcp.client import SlackApi
from slack_mcp.paged_list import LIST_TTL_SECONDS, Page, PagedList, as_of
from slack_mcp.person import Person, ReadPerson
from slack_mcp.references import EMAIL, MENTION, USER_ID, USER_ID_WITHOUT_DIGIT, folded, linked_user

MAX_CACHED_PEOPLE = 5_000
MAX_PERSON_LOOKUPS = 60
MIN_NAMES_FOR_A_PAGE = 4
"""Number of people from which on a page of the directory is read instead of one request for each person."""
MAX_PAGE_SECONDS = 3.0
"""Timeout for a page of the directory, after which people are requested one by one."""
RETRY_AFTER_FAILURE_SECONDS = 300.0
_INFO, _APP = "users.info", "app"
NO_SCOPE = "People are shown by id: the token lacks the scope users:read."
TOO_MANY_NAMES = "Some people are shown by id: one call can look up only 60 people."


class PeopleDirectory:
    """Directory of the workspace's people, read on demand and cached; `clock` is monotonic time in seconds.

    `standings`: `external`, `guest` or empty for each person whose name was looked up, by id.
    """

    def __init__(self, api: SlackApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: Cache[ReadPerson] = Cache(entries=MAX_CACHED_PEOPLE, clock=clock)
        self._bots: Cache[str] = Cache(entries=MAX_CACHED_PEOPLE, clock=clock)
        self.listed = PagedList(self._read_page, clock)
        self.standings: dict[str, str] = {}
        self._lookups_closed_until = 0.0
        self._page_closed_until = 0.0
        self._together: Batcher[str, ReadPerson | None] = Batcher(self._look_up, most=MAX_CACHED_PEOPLE)

    async def names(self, identities: Iterable[str]) -> tuple[dict[str, str], list[str]]:
        """Real names by id for the people that can be looked up, and a warning if some cannot."""
        wanted = list(dict.fromkeys(identity for identity in identities if identity))
        if self._clock() < self._lookups_closed_until:
            return {}, [NO_SCOPE] if wanted else []
        people = self._cached_people(wanted)
        missing = [identity for identity in wanted if identity not in people]
        outcomes = await fan_out(missing, self._together.submit, max_concurrent=max(1, len(missing)))
        people |= {outcome.item: outcome.value.person for outcome in outcomes if outcome.value}
        named = {identity: person.real_name for identity, person in people.items()}
        self.standings = {**self.standings, **{name: person.standing for name, person in people.items()}}
        while len(self.standings) > MAX_CACHED_PEOPLE:
            self.standings.pop(next(iter(self.standings)))
        if any(isinstance(outcome.failure, PermissionDenied) for outcome in outcomes):
            self._lookups_closed_until = self._clock() + RETRY_AFTER_FAILURE_SECONDS
            return named, [NO_SCOPE]
        left = any(outcome.value is None and outcome.failure is None for outcome in outcomes)
        return named, [TOO_MANY_NAMES] if left else []

    async def by_ids(self, identities: Iterable[str], max_lookups: int = MAX_PERSON_LOOKUPS) -> list[Person]:
        """People by id, from the directory's first page, else one request each; unknown ones are left out."""
        wanted = list(dict.fromkeys(identity for identity in identities if identity))
        found = {identity: read.person for identity, read in (await self._from_page(wanted)).items()}
        missing = [identity for identity in wanted if identity not in found]
        if len(missing) > max_lookups or self._clock() < self._lookups_closed_until:
            return list(found.values())
        outcomes = await fan_out(missing, self.person)
        return [*found.values(), *(outcome.value for outcome in outcomes if outcome.value)]

    async def bot_names(self, identities: Iterable[str]) -> dict[str, str]:
        """Names of bots by bot id; bots that cannot be looked up are left out."""
        outcomes = await fan_out(list(dict.fromkeys(identities))[:MAX_PERSON_LOOKUPS], self._bot_name)
        return {outcome.item: outcome.value for outcome in outcomes if outcome.value}

    async def person(self, identity: str) -> Person:
        """The person with this user id.

        Raises:
            NotFound: when no person has the id.
        """
        return (await self._read_person(identity)).person

    async def _read_person(self, identity: str) -> ReadPerson:
        async def make() -> ReadPerson:
            asked_at = self.listed.now()
            return ReadPerson(Person.from_record(await self._api.users.info(identity), identity), asked_at)

        return await self._known.get(_INFO, {"user": identity}, _APP, make, ttl=LIST_TTL_SECONDS)

    async def _read_together(self, identity: str) -> ReadPerson:
        """The person with this user id; look-ups of concurrent calls are combined."""
        return self._cached(identity) or await self._together.submit(identity) or await self._read_person(identity)

    def _cached(self, identity: str) -> ReadPerson | None:
        return self._known.found(_INFO, {"user": identity}, _APP)

    async def resolve(self, given: str) -> Person:
        """Find the one person for an id, `<@U1>`, `@handle`, e-mail address or real name.

        Raises:
            InvalidInput: when several people have the name.
            NotFound: when no person has the name; the details list similar names.
            TimedOut: when the directory was not read to its end in this call; the next call continues.
        """
        name = given.strip()
        if (read := await self._by_identity(name, self._read_person)) is not None:
            return read.person
        return await self._named(folded(name.lstrip("@")))

    def refresh(self) -> None:
        """Discard the cached people, so that they are read again."""
        self.listed.refresh()
        self._known.invalidate()

    async def search(self, query: str, max_results: int) -> tuple[list[Person], str, str | None]:
        """Find the people whose name or handle matches the query best, those who have left last.

        Returns the people, a warning about people left out, and the time of reading if they come from the cache.
        """
        started = self.listed.now()
        wanted = folded(query.strip().lstrip("@"))
        try:
            if (read := await self._by_identity(query.strip(), self._read_together)) is not None:
                return [read.person], "", moment(read.at) if read.at < started else None
        except NotFound:
            return [], "", None
        found: list[Person] = []
        pages = list[Page[Person]]()
        async for page in self.listed.pages():
            pages.append(page)
            found += [person for person in page.items if any(wanted in name for name in person.known_as)]
            if sum(wanted in person.known_as for person in found) >= max_results:
                break
        ranked = sorted(found, key=lambda person: (person.deleted, _rank(person, wanted)))
        shown = {id(person) for person in ranked[:max_results]}
        present_first = sorted((person for person in found if id(person) in shown), key=lambda person: person.deleted)
        return present_first, self._search_warning(len(found), max_results), as_of(pages, started)

    def _search_warning(self, found: int, max_results: int) -> str:
        """Warning about people whom a search left out; empty if it left out none."""
        if found > max_results:
            least = "" if self.listed.complete else "at least "
            return f"These are the {max_results} best of {least}{found} matches; use a longer name to find fewer."
        if self.listed.complete:
            return ""
        return (
            f"Searched the first {self.listed.size:,} people; repeat the same call to search more. "
            "An e-mail address needs no search."
        )

    async def _by_identity(self, given: str, read: Callable[[str], Awaitable[ReadPerson]]) -> ReadPerson | None:
        """The person for an id, mention or e-mail address; None for any other text. `read` loads a person by id."""
        mention = MENTION.fullmatch(given)
        identity = mention[2] if mention else linked_user(given) or given.removeprefix("@")
        if USER_ID.fullmatch(identity) or (mention and mention[1] == "@"):
            return await read(identity)
        if EMAIL.fullmatch(given):
            return ReadPerson(Person.from_record(await self._api.users.by_email(given)), self.listed.now())
        if USER_ID_WITHOUT_DIGIT.fullmatch(identity):
            try:
                return await read(identity)
            except NotFound:
                return None
        return None

    async def _named(self, name: str) -> Person:
        """The person with this handle, or the only one with this name; names are unique only in the whole directory."""
        same: list[Person] = []
        names: set[str] = set()
        async for page in self.listed.pages():
            for person in page.items:
                if folded(person.handle) == name:
                    return person
                names |= person.known_as
            same += [person for person in page.items if name in person.known_as and not person.deleted]
        if len(same) > 1:
            raise InvalidInput(
                f"Several people are named {name!r}.",
                remedy="Use the @handle or id of one of them.",
                details={"candidates": [f"{person.real_name} @{person.handle} {person.id}" for person in same[:10]]},
            )
        if not self.listed.complete:
            raise TimedOut(
                f"{name!r} matches no person for certain among the first {self.listed.size:,}; Slack has more.",
                remedy="Repeat the same call: it continues there. An e-mail address or id needs no search.",
                retry_after_seconds=1,
                details={"candidates": [f"{person.real_name} @{person.handle} {person.id}" for person in same]}
                if same
                else None,
            )
        if same:
            return same[0]
        close = get_close_matches(name, names, n=5)
        raise NotFound(
            f"No person is named {name!r}.",
            remedy="Use the e-mail address or id, or find the person with find_users.",
            details={"close": close} if close else None,
        )

    def _cached_people(self, wanted: list[str]) -> dict[str, Person]:
        """The wanted people who are in the cache, by id."""
        listed = {person.id: person for page in self.listed.cached_pages for person in page.items}
        known = {identity: read.person for identity in wanted if (read := self._cached(identity)) is not None}
        return known | {identity: listed[identity] for identity in wanted if identity in listed}

    async def _look_up(self, wanted: Sequence[str]) -> list[ReadPerson | Failure | None]:
        """Look up people for several concurrent calls; None for each beyond the limit of one look-up."""
        distinct = list(dict.fromkeys(wanted))
        found: dict[str, ReadPerson | Failure | None] = dict(await self._from_page(distinct))
        missing = [identity for identity in distinct if identity not in found]
        for outcome in await fan_out(missing[:MAX_PERSON_LOOKUPS], self._read_person):
            found[outcome.item] = outcome.failure or outcome.value
        return [found.get(identity) for identity in wanted]

    async def _from_page(self, wanted: list[str]) -> dict[str, ReadPerson]:
        """The wanted people who are on the directory's first page, which is read if at least four are wanted."""
        if len(wanted) < MIN_NAMES_FOR_A_PAGE or self._clock() < self._page_closed_until:
            return {}
        with anyio.move_on_after(MAX_PAGE_SECONDS) as limit:
            try:
                async for page in self.listed.pages():
                    by_id = {
                        person.id: ReadPerson(person, read.read_at)
                        for read in (page, *self.listed.cached_pages[1:])
                        for person in read.items
                    }
                    return {identity: by_id[identity] for identity in wanted if identity in by_id}
            except Failure:
                self._page_closed_until = self._clock() + RETRY_AFTER_FAILURE_SECONDS
        if limit.cancelled_caught:
            self._page_closed_until = self._clock() + RETRY_AFTER_FAILURE_SECONDS
        return {}

    async def _bot_name(self, identity: str) -> str:
        async def make() -> str:
            return (await self._api.users.bot(identity)).name

        return await self._bots.get("bots.info", {"bot": identity}, "app", make, ttl=LIST_TTL_SECONDS)

    async def _read_page(self, cursor: str) -> tuple[list[Person], str]:
        page = await self._api.users.page(cursor)
        return [Person.from_record(user) for user in page.users], page.next_cursor


def _rank(person: Person, wanted: str) -> int:
    """Sort key of a match: exact, then at the beginning, then inside; handles before names."""
    if folded(person.handle) == wanted:
        return 0
    if wanted in person.known_as:
        return 1
    return 2 if any(name.startswith(wanted) for name in person.known_as) else 3
