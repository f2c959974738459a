"""Scopes of a classic personal access token, as GitHub's response headers tell them."""

from collections.abc import Mapping

CLASSIC = "ghp_"
"""How a classic token begins. Fine-grained tokens and those of apps have permissions, which no header names."""
HEADER = "x-oauth-scopes"


class TokenScopes:
    """The scopes of the token used last; None while nothing is known of them."""

    def __init__(self) -> None:
        self.granted: frozenset[str] | None = None

    def record(self, token: str, headers: Mapping[str, str]) -> None:
        """Learn from the headers of a response to a request with `token`; a response may leave the scopes out."""
        if not token.startswith(CLASSIC):
            self.granted = None
        elif (scopes := headers.get(HEADER)) is not None:
            self.granted = frozenset(scope.strip() for scope in scopes.split(",") if scope.strip())
