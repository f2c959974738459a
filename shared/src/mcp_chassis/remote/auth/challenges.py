"""Values of `WWW-Authenticate` for callers who are refused."""


class Challenges:
    """Challenges of one server.

    Args:
        metadata_url: where its protected resource metadata is served; None without an authorization server.
    """

    def __init__(self, metadata_url: str | None) -> None:
        self._metadata_url = metadata_url

    def unauthorized(self, error: str) -> str:
        """The challenge of a 401; `error` is empty if no credential was sent."""
        return self._challenge({"error": error} if error else {})

    def insufficient(self, scope: str) -> str:
        """The challenge of a 403: the scopes that the token lacks for this call."""
        return self._challenge({"error": "insufficient_scope", "scope": scope})

    def _challenge(self, parts: dict[str, str]) -> str:
        if self._metadata_url:
            parts["resource_metadata"] = self._metadata_url
        listed = ", ".join(f'{name}="{value}"' for name, value in parts.items())
        return f"Bearer {listed}" if listed else 'Bearer realm="mcp"'
