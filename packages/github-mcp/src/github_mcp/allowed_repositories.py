"""Allow-list of repositories: globs of `owner/repository`, matched without regard to case."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from mcp_chassis.failures import InvalidInput, PermissionDenied

_QUOTED = re.compile(r'"[^"]*"?')
_SCOPE = re.compile(r"(?i)(?:^|[\s(])-?(repo|org|user|owner|fork|enterprise)\s*:\s*\"?([^\s()\"]*)")
_BOOLEAN = re.compile(r"[()]|\b(?:OR|NOT)\b")
_OWNED = {"repo", "org", "user", "owner"}
_MAX_QUALIFIERS = 20
_GLOB_CHARACTERS = set("*?[")


class AllowedRepositories:
    """The allow-list in the setting `GITHUB_ALLOWED_REPOS`; an empty one allows every repository."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [tuple(pattern.lower().split("/", 1)) for pattern in patterns]

    @property
    def everything(self) -> bool:
        return not self._patterns

    def allows(self, full_name: str) -> bool:
        owner, _, name = full_name.lower().partition("/")
        return self.everything or any(
            fnmatchcase(owner, allowed_owner) and fnmatchcase(name, allowed_name)
            for allowed_owner, allowed_name in self._patterns
        )

    def check(self, full_name: str) -> None:
        """Check that a repository is on the allow-list, without a request to GitHub.

        Raises:
            PermissionDenied: if it is not.
        """
        if not self.allows(full_name):
            raise PermissionDenied(
                "This repository is outside GITHUB_ALLOWED_REPOS, so this server neither reads nor changes it.",
                remedy="Choose another repository; only the person who runs the server can change the list.",
            )

    def check_owner(self, owner: str) -> None:
        """Check that the allow-list contains a repository of an account, whose projects may then be read.

        Raises:
            PermissionDenied: if it contains none.
        """
        if not self.everything and not any(fnmatchcase(owner.lower(), each) for each, _ in self._patterns):
            raise PermissionDenied(
                "This account has no repository in GITHUB_ALLOWED_REPOS, so this server does not read its projects.",
                remedy="Choose another owner; only the person who runs the server can change the list.",
            )

    def allows_every_repository_of(self, owner: str) -> bool:
        """Whether the allow-list contains all repositories of an account, and so what belongs to none of them."""
        return self.everything or any(fnmatchcase(owner.lower(), each) and name == "*" for each, name in self._patterns)

    def narrowed(self, query: str) -> str:
        """Add qualifiers to a search query that restrict it to the allow-list.

        GitHub joins several `repo:` or `org:` by OR, so that qualifiers of the caller could widen the search. They are
        refused, and so is all syntax that could disable the added ones. The results are filtered again in any case.

        Raises:
            PermissionDenied: if the query names a repository or owner, or uses OR, NOT or parentheses.
        """
        self._refuse_scope_changes(query)
        return " ".join([query, *self._qualifiers()]).strip()

    def within(self, full_name: str, query: str) -> str:
        """Restrict a search query to one repository, which must have passed `check`.

        Raises:
            InvalidInput: if the query names a repository or owner.
            PermissionDenied: if the query uses OR, NOT or parentheses although there is an allow-list.
        """
        if _SCOPE.search(_QUOTED.sub(" ", query)):
            raise InvalidInput("query is searched only in owner/repo: leave out repo:, org:, user: and fork:.")
        self._refuse_scope_changes(query)
        return f"repo:{full_name} {query}"

    def _refuse_scope_changes(self, query: str) -> None:
        plain = _QUOTED.sub(" ", query)
        if self.everything or not (query.count('"') % 2 or _BOOLEAN.search(plain) or _SCOPE.search(plain)):
            return
        raise PermissionDenied(
            "This server searches only the repositories of GITHUB_ALLOWED_REPOS, so a query cannot contain repo:, "
            "org:, user:, fork:, OR, NOT, parentheses or an unclosed quotation mark.",
            remedy="Leave them out; the allowed repositories are searched without them.",
        )

    def _qualifiers(self) -> list[str]:
        chosen: list[str] = []
        for owner, name in self._patterns:
            if _GLOB_CHARACTERS & set(owner):
                return []  # no qualifier of GitHub's search matches a glob of owners: only the filter applies
            chosen.append(f"user:{owner}" if _GLOB_CHARACTERS & set(name) else f"repo:{owner}/{name}")
        return list(dict.fromkeys(chosen)) if len(chosen) <= _MAX_QUALIFIERS else []


def sole_owner(query: str) -> str:
    """The owner to whose repositories a search query is restricted; empty if it names none or several."""
    places = [
        match for match in _SCOPE.finditer(_QUOTED.sub(" ", query)) if not match.group().lstrip("( ").startswith("-")
    ]
    owners = {place.group(2).partition("/")[0].lower() for place in places if place.group(1).lower() in _OWNED}
    return owners.pop() if len(owners) == 1 else ""
