"""Closing a listening socket without refusing clients that have already begun to connect.

To close it resets whoever the kernel has accepted meanwhile. Linux can first drop what would begin a connection: who
comes now asks again a second later, and is refused then, so that a balancer goes to another replica.
"""

import contextlib
import ctypes
import socket
import struct
import sys
from collections.abc import Generator

HANDSHAKE = 0.05  # seconds for connections that are being made
_SO_ATTACH_FILTER = 26  # of Linux; Python has no name for it
_EVERYTHING = 0xFFFFFFFF
_DROP_SYN = (
    (0x30, 0, 0, 13),  # load the byte of the TCP flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone begins a connection: go on, else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, _EVERYTHING),
)


def admit_nobody_new(listener: socket.socket) -> None:
    """Drop what would begin a connection; changes nothing where the system cannot."""
    if sys.platform != "linux":
        return
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in _DROP_SYN)
    kept = ctypes.create_string_buffer(program)
    with contextlib.suppress(OSError):
        option = struct.pack("@HP", len(_DROP_SYN), ctypes.addressof(kept))
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, option)


def waiting(listener: socket.socket) -> Generator[socket.socket]:
    """The connections in the accept queue; the listener does not block."""
    with contextlib.suppress(BlockingIOError):
        while True:
            yield listener.accept()[0]
