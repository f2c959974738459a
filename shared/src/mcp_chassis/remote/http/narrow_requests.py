"""The narrowing that one HTTP request requests, by its headers and by its path below the server's."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mcp_types import ListToolsResult, PaginatedRequestParams
from starlette.types import Scope

from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.narrowing import Narrowing, current_narrowing, narrowing_to
from mcp_chassis.remote.http import request_body
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.server import Server
from mcp_chassis.settings import split

if TYPE_CHECKING:
    from mcp_chassis.pipeline.dispatch import Dispatch

TOOLS_HEADER, READ_ONLY_HEADER, LOCKDOWN_HEADER = b"x-mcp-tools", b"x-mcp-readonly", b"x-mcp-lockdown"
BELOW = "toolroll.path_below"
"""Key of the ASGI scope: segments of the request's path below the server's own."""
_TRUTH = {"true": True, "1": True, "false": False, "0": False, "": False}


def narrowing_of(scope: Scope, server: Server[Any]) -> Narrowing:
    """The narrowing that the path (`/x/review`, `/readonly`) and the headers of a request name.

    Raises:
        Rejection: 400 when a tool, a profile or a value is not known, 404 when the path is not.
    """
    choices, read_only = _of_path(scope.get(BELOW, ()), server)
    if named := split(request_body.header(scope, TOOLS_HEADER) or ""):
        choices.append(list(_names(named, server)))
    read_only = _flag(scope, READ_ONLY_HEADER, "X-MCP-Readonly") or read_only
    lockdown = _flag(scope, LOCKDOWN_HEADER, "X-MCP-Lockdown")
    try:
        return narrowing_to(server, choices, read_only=read_only, lockdown=lockdown)
    except KeyError as exc:
        raise Rejection(400, InvalidInput(f"This connection cannot be narrowed: {exc.args[0]}.")) from None


def _flag(scope: Scope, header: bytes, name: str) -> bool:
    value = (request_body.header(scope, header) or "").strip().lower()
    if value not in _TRUTH:
        raise Rejection(400, InvalidInput(f"{name} must be true or false."))
    return _TRUTH[value]


def serve_private_lists(dispatch: "Dispatch") -> None:
    """Mark the list of tools of a narrowed connection as private, so that no cache gives it to another."""

    async def list_tools(_: Any, __: PaginatedRequestParams | None) -> ListToolsResult:
        tools = await dispatch.list_tools()
        return (
            ListToolsResult(tools=tools, cache_scope="private") if current_narrowing() else ListToolsResult(tools=tools)
        )

    dispatch.lowlevel.add_request_handler("tools/list", PaginatedRequestParams, list_tools)


def _of_path(segments: Sequence[str], server: Server[Any]) -> tuple[list[list[str]], bool]:
    choices: list[list[str]] = []
    read_only = False
    remaining = list(segments)
    while remaining:
        match remaining:
            case ["readonly", *rest]:
                read_only, remaining = True, rest
            case ["x", names, *rest] if names:
                choices.append(list(_names(names.split(","), server)))
                remaining = rest
            case _:
                raise Rejection(
                    404, InvalidInput("Nothing is served at this path; below a server, /x/NAMES and /readonly are.")
                )
    return choices, read_only


def _names(names: Any, server: Server[Any]) -> Iterator[str]:
    """Yield the names, profiles with their `@`, which callers may leave out: some cannot send it in a path."""
    for name in names:
        yield f"@{name}" if name in server.profiles else name
