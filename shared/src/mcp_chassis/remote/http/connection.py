"""An HTTP connection: uvicorn's h11 protocol with limits, and a close after which the client can read its response."""

import asyncio
import ipaddress
from typing import Any, Protocol, cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

LINGER_SECONDS = 5.0
"""Seconds for which the rest of a request is read and discarded after its response."""
CONNECTION = "toolroll.connection"
"""Key of the ASGI scope's state: the connection that a request came on."""
_OVERLOADED = b"This server has as many connections as it can hold. Try again in a second."

Group = tuple[str, str]
"""Group of idle connections that the limits treat alike: its kind, and the name of the principal if it has one."""


class Admission(Protocol):
    """Counts the connections of a process."""

    def admit(self, connection: "Connection") -> bool:
        """Count a new connection; return False if it has to be refused."""
        ...

    def forget(self, connection: "Connection") -> None:
        """Stop counting a connection."""
        ...

    def claim(self, connection: "Connection", principal: str) -> bool:
        """Count a connection for the principal of its latest request; return False above the principal's limit."""
        ...

    def note(self, connection: "Connection") -> None:
        """Update the state of a connection whose request may have begun or ended."""
        ...


class Connection(H11Protocol):
    """A connection of a client, with the state that its limits need.

    Args:
        limits: counts the connections.
    """

    def __init__(self, *arguments: Any, limits: Admission, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.app_state = {**self.app_state, CONNECTION: self}
        self.principal: str | None = None
        self.idle_group: Group | None = None
        self.opened = self.loop.time()
        self.idle_since = self.opened
        self.unread_since = self.opened
        self.unread_bytes = 0
        self._limits = limits
        self._lingering = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(cast("asyncio.Transport", _LingeringTransport(transport, self)))
        if self.client:
            self.client = unmapped(self.client[0]), self.client[1]
        if not self._limits.admit(self):
            self.refuse()

    def connection_lost(self, exc: Exception | None) -> None:
        self._limits.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._lingering:
            super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        self._limits.note(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._limits.note(self)

    @property
    def has_had_a_request(self) -> bool:
        return cast("RequestResponseCycle | None", self.cycle) is not None

    @property
    def is_idle(self) -> bool:
        """Whether no complete request is in progress."""
        return not self.has_had_a_request or self.cycle.response_complete

    @property
    def has_unread_body(self) -> bool:
        """Whether the client may still be sending the body of the current request."""
        return self.has_had_a_request and self.cycle.more_body

    def claim(self, principal: str) -> bool:
        """Count this connection for the principal of its latest request; False above the principal's cap."""
        return self._limits.claim(self, principal)

    def refuse(self) -> None:
        """Answer 503 before any request is read, and close."""
        head = (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 1\r\n"
            f"content-length: {len(_OVERLOADED)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + _OVERLOADED)
        self.transport.close()

    def linger(self) -> None:
        """Half-close: send what is queued, then read and discard until the client closes or the time is over.

        A close with unread input would reset the connection, and the client would lose the response.
        """
        self._lingering = True
        transport = cast("_LingeringTransport", self.transport)
        transport.half_close()
        self.loop.call_later(LINGER_SECONDS, transport.abort)


class _LingeringTransport:
    """A transport whose `close` lingers while the client still sends the body of its request."""

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection
        self._half_closed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._half_closed:
            self._transport.write(data)

    def is_closing(self) -> bool:
        return self._half_closed or self._transport.is_closing()

    def close(self) -> None:
        if self._half_closed:
            return
        if self._connection.has_unread_body and not self._transport.is_closing():
            self._connection.linger()
        else:
            self._transport.close()

    def half_close(self) -> None:
        self._half_closed = True
        if not self._transport.is_closing():
            self._transport.write_eof()
            self._transport.resume_reading()


def unmapped(host: str) -> str:
    """The IPv4 address of an IPv4-mapped IPv6 address; any other host unchanged."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
