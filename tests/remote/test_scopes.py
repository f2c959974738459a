"""Scopes: their form, what grants a permission, and the scope that a caller is asked to request."""

import pytest
from mcp_chassis.remote.auth.scopes import PLAIN, Scopes, known

GITHUB = Scopes("github")


@pytest.mark.parametrize("scope", [*sorted(PLAIN), "github:read", "mcp:tools", "github:tool:create_issue"])
def test_a_plain_name_with_or_without_a_server_and_a_tool_of_a_server_are_scopes(scope: str) -> None:
    assert known(scope)


@pytest.mark.parametrize(
    "scope",
    [
        *("", "reads", "completion", "protocol", ":read", "github:", "github:reads", "github:tool:", ":tool:x"),
        *("a:b:c", "github:tool:x:y", "github:read:x"),
    ],
)
def test_other_texts_are_not_scopes(scope: str) -> None:
    assert not known(scope)


@pytest.mark.parametrize(
    ("granted", "permission", "tool", "allowed"),
    [
        ("read", "read", "list", True),
        ("read", "write", "create", False),
        ("tools", "read", "list", True),
        ("tools", "destructive", "erase", True),
        ("tools", "admin", "govern", False),
        ("tools", "resources", None, False),
        ("*", "admin", "govern", True),
        ("*", "prompts", None, True),
        ("github:read", "read", "list", True),
        ("slack:read", "read", "list", False),
        ("github:tools", "write", "create", True),
        ("github:*", "resources", None, True),
        ("slack:*", "resources", None, False),
        ("github:tool:create", "write", "create", True),
        ("github:tool:create", "write", "erase", False),
        ("github:tool:None", "resources", None, False),
        ("mcp:read", "read", "list", True),
        ("mcp:tools", "write", "create", True),
        ("mcp:*", "admin", "govern", True),
        ("mcp:tool:create", "write", "create", False),
        ("", "read", "list", False),
    ],
)
def test_a_permission_is_granted_by_its_scope_a_wider_one_or_that_of_the_tool(
    granted: str, permission: str, tool: str | None, allowed: bool
) -> None:
    assert GITHUB.allow(granted.split(), permission, tool) is allowed
    assert GITHUB.allow(["other", *granted.split()], permission, tool) is allowed


@pytest.mark.parametrize(
    ("granted", "missing"),
    [([], "write"), (["read"], "write"), (["mcp:read"], "mcp:write"), (["a", "mcp:b"], "mcp:write")],
)
def test_the_missing_scope_has_the_alias_if_the_granted_ones_have_it(granted: list[str], missing: str) -> None:
    assert Scopes.missing(granted, "write") == missing


def test_without_authentication_every_caller_has_every_permission() -> None:
    GITHUB.check("admin", "govern")
    assert GITHUB.admits("admin", "govern")
