"""A proxy in front of PostgreSQL that can fall silent, refuse, and reset what is open."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

Address = tuple[str, int] | str


class PostgresProxy:
    """Forwards both ways until told otherwise.

    `silent`: whatever is sent disappears, in both directions. `resetting`: every connection is reset at its first byte.
    `lose_answer_to`: once these bytes have been sent, everything is reset as soon as PostgreSQL answers.
    `silent_from`: falls silent with these bytes.
    `refuse_with`: bytes of a request, and the SQLSTATE with which the proxy itself answers it.
    """

    def __init__(self, behind: Address) -> None:
        self.port = 0
        self.silent = False
        self.resetting = False
        self.lose_answer_to: bytes | None = None
        self.silent_from: bytes | None = None
        self.refuse_with: tuple[bytes, str] | None = None
        self.accepted = 0
        self._behind = behind
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Accept connections, at the port of before if there was one."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Stop listening and reset what is open: the database is down."""
        if self._server is not None:
            self._server.close()
        self.reset_all()

    def reset_all(self) -> None:
        """Reset every open connection on both sides."""
        for writer in list(self._writers):
            _reset(writer)

    async def close(self) -> None:
        self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if isinstance(self._behind, str):
            behind_reader, behind_writer = await asyncio.open_unix_connection(self._behind)
        else:
            behind_reader, behind_writer = await asyncio.open_connection(*self._behind)
        self._writers |= {writer, behind_writer}
        for source, sink, back in ((reader, behind_writer, writer), (behind_reader, writer, None)):
            task = asyncio.create_task(self._forward(source, sink, back))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, back: asyncio.StreamWriter | None
    ) -> None:
        losing = False
        try:
            while chunk := await source.read(65536):
                self.silent = self.silent or (self.silent_from is not None and self.silent_from in chunk)
                losing = losing or (self.lose_answer_to is not None and self.lose_answer_to in chunk)
                if back and self.refuse_with and self.refuse_with[0] in chunk:
                    back.write(_error(self.refuse_with[1]))
                elif losing:
                    self.lose_answer_to, self.resetting = None, True
                    sink.write(chunk)
                elif self.resetting:
                    self.resetting = False
                    self.reset_all()
                elif not self.silent:
                    sink.write(chunk)
        except OSError:
            pass
        finally:
            self._writers.discard(sink)
            if not self.silent:
                sink.close()


@asynccontextmanager
async def in_front_of(behind: Address) -> AsyncGenerator[PostgresProxy]:
    """A listening proxy, closed afterwards."""
    proxy = PostgresProxy(behind)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.close()


def _error(sqlstate: str) -> bytes:
    """An ErrorResponse of the wire protocol."""
    fields = f"SERROR\0VERROR\0C{sqlstate}\0Mrefused by the proxy\0\0".encode()
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST where the transport can: a closed one has no socket any more."""
    peer = writer.get_extra_info("socket")
    if peer is not None and peer.family != socket.AF_UNIX and peer.fileno() >= 0:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
