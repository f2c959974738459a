"""The session of one call, whose clock stands still while the host or a person is asked.

Uses private parts of the SDK's session: there is no public way to make one session out of another.
"""
# pyright: reportPrivateUsage=false

import dataclasses
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.session import ServerSession

from mcp_chassis.deadline import clock_stopped


class PausingSession(ServerSession):
    """Stops the call's clock while a request to the host is under way."""

    async def send_request(self, *args: Any, **kwargs: Any) -> Any:
        with clock_stopped():
            return await super().send_request(*args, **kwargs)


def with_pausing_session(context: Context[Any, Any]) -> Context[Any, Any]:
    """`context`, with a session that stops the clock while it asks, where this host can be asked at all."""
    request = context._request_context  # noqa: SLF001
    if request is not None and request.session.can_send_request:
        session = request.session
        pausing = PausingSession(session._request_outbound, session._connection, request_meta=request.meta)  # noqa: SLF001
        context._request_context = dataclasses.replace(request, session=pausing)  # noqa: SLF001
    return context
