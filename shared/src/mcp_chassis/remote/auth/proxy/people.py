"""Rule about who may sign in, by the claims of a person's ID token."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

EVERYBODY = "*"
EMAIL, VERIFIED = "email", "email_verified"


class People:
    """The people who may sign in: those with at least one claim that matches a rule.

    Args:
        rules: `claim=pattern`, such as `email=*@example.com` or `groups=mcp-users`; `*` admits everybody.
    """

    def __init__(self, rules: Iterable[str]) -> None:
        self._everybody = EVERYBODY in (rules := tuple(rules))
        self._rules = [(claim, pattern) for claim, _, pattern in (rule.partition("=") for rule in rules)]

    def admit(self, claims: Mapping[str, Any]) -> bool:
        """Whether the person with these claims may sign in. An address counts only if the provider verified it."""
        return self._everybody or any(self._matches(claims, claim, pattern) for claim, pattern in self._rules)

    def lasting(self, claims: Mapping[str, Any]) -> dict[str, str | bool]:
        """The claims that rules name and that stay true if a later ID token lacks them: single values, not groups."""
        named = {claim for claim, _ in self._rules} | {VERIFIED}
        return {name: value for name, value in claims.items() if name in named and isinstance(value, str | bool)}

    @staticmethod
    def _matches(claims: Mapping[str, Any], claim: str, pattern: str) -> bool:
        found = claims.get(claim)
        values = cast("list[object]", found) if isinstance(found, list) else [found]
        texts = [value for value in values if isinstance(value, str)]
        if claim == EMAIL:
            verified = claims.get(VERIFIED) is True
            return verified and any(fnmatchcase(text.casefold(), pattern.casefold()) for text in texts)
        return any(fnmatchcase(text, pattern) for text in texts)


def rule_problem(rule: str) -> str | None:
    """The reason why a rule is invalid; None if it is valid."""
    claim, separator, pattern = rule.partition("=")
    if rule == EVERYBODY or (claim.strip() and separator and pattern.strip()):
        return None
    return "must be claim=pattern, such as email=*@example.com, or * for everybody"
