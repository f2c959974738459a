"""Loopback ports for programs that cannot choose one themselves and report it."""

import socket
import sys

_holders: list[socket.socket] = []


def reserved_port(wanted: int = 0) -> int:
    """A loopback TCP port that no other process is given while this one lives; `wanted` raises OSError if it is taken.

    A socket that is bound with SO_REUSEADDR and does not listen keeps the kernel from choosing the port for anybody
    else, while a server that asks for it by number and sets SO_REUSEADDR, as all do, may listen on it. Only Linux has
    that rule; elsewhere the port is merely free at this moment.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind(("127.0.0.1", wanted))
        port = holder.getsockname()[1]
    except OSError:
        holder.close()
        raise
    if sys.platform == "linux":
        _holders.append(holder)
    else:
        holder.close()
    return port


def reserved_pair() -> int:
    """The first of two reserved ports that follow each other."""
    while True:
        first = reserved_port()
        try:
            reserved_port(first + 1)
        except OSError:
            continue
        return first
