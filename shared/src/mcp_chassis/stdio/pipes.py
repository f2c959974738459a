"""Lines over two pollable descriptors: POSIX pipes and sockets, without threads and almost without copies."""

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import anyio
from mcp_types import JSONRPCMessage

from mcp_chassis.stdio.json_lines import MAX_LINE_BYTES, dump

_READ_BYTES = 256 * 1024
_PIPE_BYTES = 256 * 1024
_MAX_UNREAD_BYTES = 1024 * 1024  # bytes that the host may leave unread; above, responses wait
_STDIN, _STDOUT, _STDERR = 0, 1, 2


def pollable() -> bool:
    """Whether standard input and output both are pipes or sockets on a system that can poll them."""
    return sys.platform != "win32" and all(_is_pipe(descriptor) for descriptor in (_STDIN, _STDOUT))


def _is_pipe(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@contextmanager
def claimed() -> Generator[tuple[int, int]]:
    """Non-blocking duplicates of standard input and output, for protocol messages only.

    Inside the block, other reads of standard input get its end, and other prints go to standard error instead of
    between two messages.
    """
    sys.stdout.flush()
    wire = _duplicate(_STDIN), _duplicate(_STDOUT)
    blocking = [os.get_blocking(descriptor) for descriptor in wire]
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, _STDIN)
    os.dup2(_STDERR if _is_open(_STDERR) else nothing, _STDOUT)
    os.close(nothing)
    for descriptor in wire:
        os.set_blocking(descriptor, False)
    _widen(wire[1])
    try:
        yield wire
    finally:
        for standard, descriptor, blocks in zip((_STDIN, _STDOUT), wire, blocking, strict=True):
            os.set_blocking(descriptor, blocks)
            os.dup2(descriptor, standard)
            os.close(descriptor)


def _duplicate(descriptor: int) -> int:
    import fcntl  # POSIX only

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)


def _widen(descriptor: int) -> None:
    """Enlarge a pipe from its usual 64 kB, if the system can, so that a large response fits into it."""
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # a socket, or this user has too many enlarged pipes
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class LineReader:
    """Splits the bytes that arrive on a descriptor into lines.

    Args:
        descriptor: a non-blocking descriptor.
        line: receives a line without its end; blank lines are skipped.
        too_long: receives the beginning of a line longer than allowed; the rest of it is skipped.
        end: called at the end of input.
    """

    def __init__(
        self,
        descriptor: int,
        line: Callable[[bytes], None],
        too_long: Callable[[bytes], None],
        end: Callable[[], None],
    ) -> None:
        self._descriptor = descriptor
        self._line = line
        self._too_long = too_long
        self._end = end
        self._parts: list[bytes] = []
        self._length = 0
        self._skipping = False
        self._reading = False
        self._loop = asyncio.get_running_loop()

    def resume(self) -> None:
        if not self._reading:
            self._reading = True
            self._loop.add_reader(self._descriptor, self._readable)

    def pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._descriptor)

    def last(self) -> None:
        """Read what has already arrived, then stop reading."""
        self._readable()
        self.pause()

    def _readable(self) -> None:
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # reset: the host has exited
            data = b""
        if data:
            self.feed(data)
        elif self._reading:
            self.pause()
            self.feed(b"\n")  # completes a last line without line end
            self._end()

    def feed(self, data: bytes) -> None:
        first, *others = data.split(b"\n")
        self._grow(first)
        for part in others:
            self._finish()
            self._grow(part)

    def _grow(self, part: bytes) -> None:
        if not part or self._skipping:
            return
        self._parts.append(part)
        self._length += len(part)
        if self._length > MAX_LINE_BYTES:
            self._too_long(b"".join(self._parts)[:1000])
            self._skipping = True
            self._parts.clear()

    def _finish(self) -> None:
        line = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._length = 0
        if not self._skipping and line.strip():
            self._line(line)
        self._skipping = False


class LineWriter:
    """Writes messages as lines; those queued in one iteration of the event loop are written together.

    Args:
        descriptor: a non-blocking descriptor.
        slow: called when the host reads more slowly than messages are queued, and when it has caught up.
        broken: called once when the host no longer reads.
    """

    def __init__(self, descriptor: int, slow: Callable[[], None], broken: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._slow = slow
        self._broken = broken
        self._lines: list[bytes] = []
        self._rest = memoryview(b"")
        self._size = 0
        self._scheduled = False
        self._is_broken = False
        self._room = asyncio.Event()
        self._room.set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._loop = asyncio.get_running_loop()

    async def write(self, message: JSONRPCMessage) -> None:
        """Queue a message; wait first while the host is slow.

        Raises:
            anyio.BrokenResourceError: when the host no longer reads.
        """
        if not self._room.is_set():
            await self._room.wait()
        if self._is_broken:
            raise anyio.BrokenResourceError
        self.queue(message)

    def queue(self, message: JSONRPCMessage) -> None:
        """Queue a message for the next iteration of the event loop; it is dropped if the host no longer reads."""
        if self._is_broken:
            return
        line = dump(message)
        self._lines += (line, b"\n")
        self._size += len(line) + 1
        if not self._scheduled:
            self._scheduled = True
            self._empty.clear()
            self._loop.call_soon(self._flush)
        if self._size > _MAX_UNREAD_BYTES and self._room.is_set():
            self._room.clear()
            self._slow()

    def flush(self) -> None:
        """Write queued messages now, an iteration of the event loop earlier than otherwise."""
        if self._lines and not self._rest:
            self._flush()

    @property
    def is_slow(self) -> bool:
        """Whether messages wait for the host to read."""
        return not self._room.is_set()

    @property
    def unwritten(self) -> int:
        """Bytes that the host has not read yet."""
        return self._size

    async def flushed(self) -> None:
        """Return when everything queued is written, or the host no longer reads."""
        await self._empty.wait()

    def close(self) -> None:
        self._loop.remove_writer(self._descriptor)

    def _flush(self) -> None:
        """Write as much as fits; the event loop calls again when more can be written."""
        if not self._size:
            return
        if not self._rest:
            self._rest = memoryview(b"".join(self._lines))
            self._lines.clear()
        try:
            written = os.write(self._descriptor, self._rest)
        except BlockingIOError:
            written = 0
        except OSError:
            self._break()
            return
        self._rest = self._rest[written:]
        self._size -= written
        if self._size:
            self._loop.add_writer(self._descriptor, self._flush)
        else:
            self._settle()

    def _settle(self) -> None:
        self._loop.remove_writer(self._descriptor)
        self._scheduled = False
        self._empty.set()
        if not self._room.is_set():
            self._room.set()
            self._slow()

    def _break(self) -> None:
        self._is_broken = True
        self._lines.clear()
        self._rest = memoryview(b"")
        self._size = 0
        self._settle()
        self._broken()
