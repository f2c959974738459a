"""The loop of the front: reads messages of a host, responds from the record, and exits or hands over.

It exits as the full server does: with code 0 after the end of input, SIGTERM or SIGINT, once everything that arrived
before has a response; a second signal ends the process at once.
"""

import os
import select
import signal
import stat
import sys
import time

from mcp_chassis.process_limits import forbid_core_dumps
from mcp_chassis.stdio.front import messages, record
from mcp_chassis.stdio.front.conversation import Conversation
from mcp_chassis.stdio.front.handover import Handover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

CHUNK_BYTES = 65_536
MAX_UNREAD_BYTES = 1024 * 1024
"""Bytes that the host may leave unread; above, nothing more is read from it."""
MAX_FLUSH_SECONDS = 3.0
"""Seconds in which a host has to read the last responses when the connection ends."""
_STDIN, _STDOUT = 0, 1


def serve(reference: str) -> "Handover | int":
    """Serve a host from a record while that is possible; return the exit code, or a handover to the full server."""
    if os.environ.get("MCP_FRONT", "").strip().lower() == "off" or not _is_served_by_pipes():
        return Handover(reference)
    found = record.find(reference, os.environ)
    if found is None:
        return Handover(reference, writes_record=True)
    return _Front(reference, found).run()


def _is_served_by_pipes() -> bool:
    """Whether standard input and output are open, and pipes or sockets on a system that can poll them."""
    if sys.platform == "win32" or not _is_open(sys.stdin) or not _is_open(sys.stdout):
        return False
    modes = [os.fstat(descriptor).st_mode for descriptor in (_STDIN, _STDOUT)]
    return all(stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) for mode in modes)


def _is_open(stream: object) -> bool:
    return stream is not None


class _Front:
    """One connection: received bytes without a response, bytes to write, and received signals."""

    def __init__(self, reference: str, found: record.Record) -> None:
        self._reference = reference
        self._conversation = Conversation(found.answers)
        self._warm_up = found.warm_up
        self._received = b""
        self._unread = b""
        self._signals: list[int] = []
        self._is_at_end = False
        self._load_at: float | None = None

    def run(self) -> "Handover | int":
        """Serve until the connection is over or the full server is needed."""
        forbid_core_dumps()
        wake, waker = os.pipe()
        for descriptor in (wake, waker):
            os.set_blocking(descriptor, False)
        blocking = os.get_blocking(_STDOUT)
        os.set_blocking(_STDOUT, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            is_over = self._converse(wake)
        finally:
            signal.set_wakeup_fd(-1)
            os.close(wake)
            os.close(waker)
            os.set_blocking(_STDOUT, blocking)
        return 0 if is_over else self._handover()

    def _on_signal(self, number: int, frame: "FrameType | None") -> None:
        self._signals.append(number)
        if len(self._signals) > 1:
            os._exit(128 + number)

    def _handover(self) -> Handover:
        received = self._conversation.replay() + self._received
        return Handover(self._reference, received, frozenset(self._conversation.replayed), self._signals)

    def _converse(self, wake: int) -> bool:
        """Respond until the connection ends (return True) or the full server is needed (return False)."""
        while True:
            is_last = self._is_at_end or bool(self._signals)
            if self._signals:
                self._read()
            is_answered = self._answer_lines()
            if is_last or not is_answered or self._is_due():
                is_heard = self._flush(wake)
                return (is_answered and is_last) or not is_heard
            if not self._exchange(wake):
                return True

    def _is_due(self) -> bool:
        return self._load_at is not None and time.monotonic() >= self._load_at

    def _answer_lines(self) -> bool:
        """Respond to the complete lines received; return False at one that the record has no response for."""
        while (end := self._received.find(b"\n")) >= 0:
            line = self._received[:end]
            if line.strip():
                answer = self._conversation.take(line)
                if answer is None:
                    return False
                self._unread += answer
                if self._load_at is None and self._warm_up is not None:
                    self._load_at = time.monotonic() + self._warm_up
            self._received = self._received[end + 1 :]
        return len(self._received) <= messages.MAX_LINE_BYTES

    def _exchange(self, wake: int) -> bool:
        """Write or read, whichever is possible first; return False once the host no longer reads."""
        if self._unread and not self._write():
            return False
        poll = select.poll()
        poll.register(wake, select.POLLIN)
        if len(self._unread) < MAX_UNREAD_BYTES:
            poll.register(_STDIN, select.POLLIN)
        if self._unread:
            poll.register(_STDOUT, select.POLLOUT)
        seconds = None if self._load_at is None else max(0.0, self._load_at - time.monotonic())
        events = dict(poll.poll(None if seconds is None else seconds * 1000 + 1))
        if _STDIN in events:
            self._read()
        return True

    def _read(self) -> None:
        """Read the bytes that have arrived; at the end of input a last line without line end is complete."""
        poll = select.poll()
        poll.register(_STDIN, select.POLLIN)
        if self._is_at_end or not poll.poll(0):
            return
        try:
            data = os.read(_STDIN, CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:  # reset: the host has exited
            data = b""
        self._is_at_end = not data
        self._received += data or (b"\n" if self._received else b"")

    def _write(self) -> bool:
        try:
            self._unread = self._unread[os.write(_STDOUT, self._unread) :]
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def _flush(self, wake: int) -> bool:
        """Write everything, for at most `MAX_FLUSH_SECONDS` if the connection ends; return whether the host read it."""
        end = time.monotonic() + MAX_FLUSH_SECONDS
        while self._unread:
            if not self._write():
                return False
            poll = select.poll()
            poll.register(_STDOUT, select.POLLOUT)
            is_last = self._is_at_end or bool(self._signals)
            if self._unread and not is_last:
                poll.register(wake, select.POLLIN)
            if self._unread and not poll.poll(1000 * max(0.0, end - time.monotonic()) if is_last else None):
                return False
        return True
