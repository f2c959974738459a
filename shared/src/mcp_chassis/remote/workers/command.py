"""Serving by several workers: checks everything once, binds the port, and supervises them."""

import contextlib
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path

from mcp_chassis.remote.assembly import Servers
from mcp_chassis.remote.http_process import HttpProcess
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.workers.server_references import references_of
from mcp_chassis.remote.workers.supervisor import Supervisor, noted_signals
from mcp_chassis.remote.workers.worker import shared_output
from mcp_chassis.telemetry import logs

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
OPTIONS = ("MCP_HOST", "MCP_PORT", "MCP_WORKERS")
logger = logging.getLogger(__name__)

ALONE = (
    "Without MCP_REDIS_URL each of the %d workers has its own rate limits and events of subscriptions, so that limits "
    "let through up to %d times as many calls, and a change is reported only to streams of the worker that made it. "
    "No call becomes a task, and no result is reused."
)


def serve_by_workers(servers: Servers, environment: Mapping[str, str], remote: RemoteSettings) -> int:
    """Serve by the workers of the settings; return the exit code.

    Raises:
        BadSettings: naming each invalid variable.
        AddressUnusable: the server cannot listen.
    """
    references = references_of(servers)
    with noted_signals() as signals, _private_folder() as folder:
        process = HttpProcess(servers, environment, remote, output=shared_output(folder, None))
        listener = process.listening()
        del process  # each worker builds the application anew
        if remote.redis_url is None:
            logger.warning(ALONE, remote.workers, remote.workers)
        _hand_over(environment, remote)
        code = Supervisor(references, remote.workers, listener, folder, signals).run()
        logs.flush()
    return code


def _hand_over(environment: Mapping[str, str], remote: RemoteSettings) -> None:
    """Put what the workers cannot know into the environment that they inherit: options, and a key for all of them."""
    os.environ.update({name: environment[name] for name in OPTIONS if name in environment})
    if not remote.state_keys:
        key = os.environ["MCP_STATE_KEYS"] = secrets.token_urlsafe(32)
        logs.register_secret(key)


@contextlib.contextmanager
def _private_folder() -> Generator[Path]:
    """A folder that only this user may enter: in memory where that is possible, since files in it are small."""
    parent = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="toolroll-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
