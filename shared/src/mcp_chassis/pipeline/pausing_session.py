"""Session of one call that pauses the call's deadline during requests to the host.

Uses private parts of the SDK's session, because there is no public way to derive one session from another.
"""
# pyright: reportPrivateUsage=false

from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.session import ServerSession

from mcp_chassis.deadline import clock_stopped


class PausingSession(ServerSession):
    """Session that pauses the call's deadline during a request to the host."""

    async def send_request(self, *args: Any, **kwargs: Any) -> Any:
        with clock_stopped():
            return await super().send_request(*args, **kwargs)


def with_pausing_session(context: Context[Any, Any]) -> Context[Any, Any]:
    """`context` with a pausing session, if the host can be sent requests."""
    request = context._request_context  # noqa: SLF001
    if request is not None and request.session.can_send_request:
        session = request.session
        request.session = PausingSession(session._request_outbound, session._connection, request_meta=request.meta)  # noqa: SLF001
    return context
