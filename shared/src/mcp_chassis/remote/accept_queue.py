"""Closing of a listening socket without resetting clients that are already connecting.

Closing resets connections that the kernel has accepted and the process has not. On Linux a filter first drops SYN
packets: a new client tries again a second later and is refused then, so that a load balancer uses another replica.
"""

import contextlib
import ctypes
import socket
import struct
import sys
from collections.abc import Generator

HANDSHAKE_SECONDS = 0.05  # for TCP handshakes in progress
_SO_ATTACH_FILTER = 26  # of Linux; Python has no name for it
_EVERYTHING = 0xFFFFFFFF
_DROP_SYN = (
    (0x30, 0, 0, 13),  # load the byte of the TCP flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN without ACK begins a connection: go on, else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, _EVERYTHING),
)


def drop_new_connections(listener: socket.socket) -> None:
    """Drop new connections to a listener, leaving those in progress; no effect on systems other than Linux."""
    if sys.platform != "linux":
        return
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in _DROP_SYN)
    kept = ctypes.create_string_buffer(program)
    with contextlib.suppress(OSError):
        option = struct.pack("@HP", len(_DROP_SYN), ctypes.addressof(kept))
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, option)


def waiting(listener: socket.socket) -> Generator[socket.socket]:
    """Yield the connections in the accept queue of a non-blocking listener."""
    with contextlib.suppress(BlockingIOError):
        while True:
            yield listener.accept()[0]
