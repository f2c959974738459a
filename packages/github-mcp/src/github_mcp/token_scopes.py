"""Scopes of a classic personal access token, read from GitHub's response headers."""

from collections.abc import Mapping

CLASSIC = "ghp_"
"""Prefix of classic tokens. Fine-grained tokens and those of apps have permissions instead, which no header names."""
HEADER = "x-oauth-scopes"


class TokenScopes:
    """The scopes of the token used last; `granted` is None while they are unknown."""

    def __init__(self) -> None:
        self.granted: frozenset[str] | None = None

    def record(self, token: str, headers: Mapping[str, str]) -> None:
        """Record the scopes in the headers of a response to a request with `token`; without the header keep them."""
        if not token.startswith(CLASSIC):
            self.granted = None
        elif (scopes := headers.get(HEADER)) is not None:
            self.granted = frozenset(scope.strip() for scope in scopes.split(",") if scope.strip())
