"""PgBouncer in transaction mode in front of a server, where its program is."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import services
from ports import reserved_port
from postgres_places import Place, unprivileged

CONFIG = """
[databases]
* = host={host} port={port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextmanager
def in_transaction_mode(place: Place) -> Iterator[int]:
    """The port of a pooler with three connections to `place`."""
    services.require("pgbouncer")
    program = shutil.which("pgbouncer", path=services.SBIN) or "pgbouncer"
    folder = Path(tempfile.mkdtemp(prefix="toolroll-bouncer-"))
    folder.chmod(0o777)
    listen = reserved_port()
    host, port = place.address
    (folder / "ini").write_text(CONFIG.format(host=host, port=port, listen=listen, folder=folder))
    command = [program, "-q", "-u", unprivileged(), folder / "ini"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_listening(listen)
        yield listen
    finally:
        running.terminate()
        running.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _await_listening(port: int) -> None:
    """Return once the pooler accepts connections."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    pytest.fail("pgbouncer does not listen")
