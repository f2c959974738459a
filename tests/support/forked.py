"""Server processes forked from one that has imported their modules: real processes that start in milliseconds.

For tests of what a running server does over its pipes; tests of the start itself start a program. `ForkedClient` takes
a module of Python and its arguments where `RawClient` takes a command.
"""

import asyncio
import atexit
import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn, Self

from mcp_chassis.testing.raw import RawClient

SUPPORTED = sys.platform == "linux" and "MUTATION_CONTEXT_FILE" not in os.environ
"""Whether processes are forked. Elsewhere, and while mutation testing records which test runs which line, programs are
started, as a forked process could not tell the test that it runs for."""
IMPORTED_AT_A_START = (
    "anyio._backends._asyncio",
    "cachetools",
    "mcp_chassis.cli",
    "mcp_chassis.remote.command",
    "mcp_chassis.remote.redis.idempotency_records",
    "mcp_chassis.remote.redis.rate_limiter",
    "mcp_chassis.remote.redis.result_cache",
    "mcp_chassis.stdio.command",
    "mcp_chassis.stdio.front.loop",
    "mcp_chassis.stdio.recording",
    "platformdirs.unix",
    "redis.asyncio",
    "rich.logging",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
)
MAX_REQUEST_BYTES = 1 << 18


class ForkedProcess:
    """A forked process with the part of `subprocess.Popen` that tests use; its streams are pipes."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        stderr: int = subprocess.DEVNULL,
        folder: Path | None = None,
    ) -> None:
        reading_input, writing_input = os.pipe()
        reading_output, writing_output = os.pipe()
        reading_errors, writing_errors = os.pipe() if stderr == subprocess.PIPE else (None, None)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        errors = {subprocess.PIPE: writing_errors, subprocess.DEVNULL: nowhere}.get(stderr, stderr)
        status, writing_status = os.pipe()
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": str(Path.cwd())}
        socket.send_fds(
            _parent(), [json.dumps(request).encode()], [reading_input, writing_output, errors, writing_status]
        )
        for descriptor in (reading_input, writing_output, writing_errors, writing_status, nowhere):
            if descriptor is not None:
                os.close(descriptor)
        self.stdin: IO[bytes] = os.fdopen(writing_input, "wb")
        self.stdout: IO[bytes] = os.fdopen(reading_output, "rb")
        self.stderr: IO[bytes] | None = None if reading_errors is None else os.fdopen(reading_errors, "rb")
        self.returncode: int | None = None
        self._status = os.fdopen(status, "rb", buffering=0)
        self.pid = int(self._status.readline())

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            self.returncode = int(self._status.readline())
            self._status.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_forked(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A module run with its arguments in a forked process, without input, to its end."""
    if not SUPPORTED:
        command = [sys.executable, "-m", *arguments]
        how = {"input": "", "capture_output": True, "text": True, "cwd": folder}
        return subprocess.run(command, env=environment, check=False, **how)
    with tempfile.TemporaryFile() as errors:
        process = ForkedProcess(arguments, environment, errors.fileno(), folder)
        process.stdin.close()
        with process.stdout:
            output = process.stdout.read().decode()
        code = process.wait()
        errors.seek(0)
        return subprocess.CompletedProcess(arguments, code, output, errors.read().decode())


class ForkedServer:
    """A forked process with the part of `asyncio.subprocess.Process` that tests use."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], limit: int) -> None:
        self._process = ForkedProcess(arguments, environment, subprocess.PIPE)
        self.pid = self._process.pid
        self.send_signal = self._process.send_signal
        self.kill = self._process.kill
        self.stderr = asyncio.StreamReader(limit)

    async def reading(self) -> Self:
        """The same, once its standard error is read by this event loop."""
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self.stderr), self._process.stderr)
        return self

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    async def wait(self) -> int:
        return await asyncio.to_thread(self._process.wait)


class ForkedClient(RawClient):
    """A raw client whose command is a module with its arguments, run in a forked process."""

    def start(self) -> Self:
        if not SUPPORTED:
            self._command = [sys.executable, "-m", *self._command]
            return super().start()
        environment = os.environ if self._env is None else self._env
        self.process: Any = ForkedProcess(self._command, environment, self._stderr)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self


@cache
def _parent() -> socket.socket:
    """The socket of the process that is forked for each start; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in (ours, theirs):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MAX_REQUEST_BYTES)
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _serve(control: socket.socket) -> list[str]:
    """Fork for each request; returns, in a forked process alone, the arguments with which it is to run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST_BYTES, 4)
        if not request:
            os._exit(0)
        asked = json.loads(request)
        _imported(asked["arguments"][0])
        if os.fork():
            for descriptor in descriptors:
                os.close(descriptor)
            continue
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        child = os.fork()
        if child:
            _report(child, descriptors)
        os.chdir(asked["folder"])
        _become(asked["environment"], descriptors)
        return asked["arguments"]


@cache
def _imported(module: str) -> None:
    """Import what a run of the module needs, before the fork, and so once."""
    for name in (*IMPORTED_AT_A_START, module, f"{module}.server"):
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)


def _report(child: int, descriptors: Sequence[int]) -> None:
    """Tell the process's id, and when it has ended its exit code; then end."""
    *streams, status = descriptors
    for descriptor in streams:
        os.close(descriptor)
    os.write(status, f"{child}\n".encode())
    _, code = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(status, f"{os.waitstatus_to_exitcode(code)}\n".encode())
    os._exit(0)


def _become(environment: Mapping[str, str], descriptors: Sequence[int]) -> None:
    """Take on the streams and the environment of a started program."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.closerange(3, max(descriptors) + 1)
    # The streams of before are of another kind: a stream to a file seeks, one to a pipe cannot.
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(environment)


def _run() -> NoReturn:
    """Run the module that `sys.argv` names. Tearing the interpreter down would take longer than the run."""
    code = 0
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as ending:
        code = int(ending.code or 0)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.argv = _serve(socket.socket(fileno=int(sys.argv[1])))
    _run()
