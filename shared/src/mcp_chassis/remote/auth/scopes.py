"""Scopes: the names of permissions, and the check whether a caller has the one that a call needs."""

from collections.abc import Iterable

from mcp.server.auth.middleware.auth_context import get_access_token

from mcp_chassis.failures import PermissionDenied

EVERYTHING = "*"
ALIAS = "mcp:"
ADMIN = "admin"
COMPLETION = "completion"
"""Kind of call for the rate limit of completions; not a scope."""
PROTOCOL = "protocol"
"""Kind of call for the rate limit of all other messages: lists, pings, handshakes, subscriptions, unknown methods."""
TOOL_CLASSES = ("read", "write", "destructive")
SINGLE_KEY = frozenset({"tools", "resources", "prompts"})
"""Scopes of the key in `MCP_API_KEY`."""
PLAIN = frozenset({*TOOL_CLASSES, "tools", "resources", "prompts", ADMIN, EVERYTHING})


def known(scope: str) -> bool:
    """Whether a scope is well formed: a plain name, `mount:name`, `mcp:name` or `mount:tool:name`."""
    match scope.split(":"):
        case [name]:
            return name in PLAIN
        case [mount, name]:
            return bool(mount) and name in PLAIN
        case [mount, "tool", tool]:
            return bool(mount and tool)
        case _:
            return False


class Scopes:
    """The permissions of one server, by the name it is mounted under.

    A caller has a permission when it was granted plainly (`read`), for this server (`github:read`), for one tool
    (`github:tool:create_issue`), through a wider name (`tools`, `*`), or under an alias (`mcp:read`).
    """

    def __init__(self, mount: str) -> None:
        self.mount = mount

    def sufficient(self, permission: str, tool: str | None = None) -> list[str]:
        """The scopes that grant `permission`, plain names first."""
        names = [permission, *(["tools"] if permission in TOOL_CLASSES else []), EVERYTHING]
        own = [f"{self.mount}:{name}" for name in names]
        one_tool = [f"{self.mount}:tool:{tool}"] if tool else []
        return [*names, *own, *one_tool, *(f"{ALIAS}{name}" for name in names)]

    def allow(self, granted: Iterable[str], permission: str, tool: str | None = None) -> bool:
        """Whether one of the granted scopes grants `permission`."""
        return not set(granted).isdisjoint(self.sufficient(permission, tool))

    @staticmethod
    def missing(granted: Iterable[str], permission: str) -> str:
        """The scope to request; with the prefix `mcp:` if the caller's scopes have it, as its issuer knows no other."""
        has_alias = any(scope.startswith(ALIAS) for scope in granted)
        return f"{ALIAS}{permission}" if has_alias else permission

    def check(self, permission: str, tool: str | None = None) -> None:
        """Check that the current caller has `permission`; without authentication every caller has.

        Raises:
            PermissionDenied: naming the scope that is missing.
        """
        if not self.admits(permission, tool):
            token = get_access_token()
            needed = self.missing(token.scopes if token else (), permission)
            raise PermissionDenied(
                f"Your key does not allow {tool or permission}: it needs the scope {needed}.",
                remedy="Ask the person who runs this server for it; do not retry.",
                details={"required_scopes": [needed]},
            )

    def admits(self, permission: str, tool: str | None = None) -> bool:
        """Whether the current caller has `permission`."""
        token = get_access_token()
        return token is None or self.allow(token.scopes, permission, tool)
