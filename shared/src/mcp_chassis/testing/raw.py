"""A minimal host: newline-delimited JSON-RPC over the pipes of a child process, without the SDK.

It supports every protocol revision: earlier ones begin with a handshake, in the newest each request has its own
envelope. Every wait has a timeout. From coroutines, call it through `asyncio.to_thread`.
"""

import contextlib
import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any, Self

MODERN = "2026-07-28"
_NO_MORE: Any = object()
Messages = list[dict[str, Any]]


class RawClient:
    """A server process, and the messages to and from it.

    Args:
        command: the server's program and arguments.
        version: the protocol revision to speak.
        env: the child's environment; this process's when left out.
        announce: whether the handshake ends with `notifications/initialized`, as it should.
        log_level: the level of log messages that requests of the newest revision request.
        stderr: a descriptor for the child's standard error; discarded when left out.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        version: str = "2025-11-25",
        env: Mapping[str, str] | None = None,
        announce: bool = True,
        log_level: str | None = None,
        stderr: int = subprocess.DEVNULL,
    ) -> None:
        self._command = list(command)
        self._env = None if env is None else dict(env)
        self._version = version
        self._announce = announce
        self._log_level = log_level
        self._stderr = stderr
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._reading = threading.Event()
        self._reading.set()
        self._last_id = 0
        self.notifications: Messages = []
        """Messages received while a request waited for its response: notifications, and other responses."""

    def start(self) -> Self:
        """Start the process; it is ready when its first response arrives."""
        self.process = subprocess.Popen(  # noqa: S603, the command is the test's own
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr, env=self._env
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def initialize(self, timeout: float = 120.0) -> dict[str, Any]:
        """The result of the handshake, or of `server/discover` in the newest revision."""
        if self._version == MODERN:
            return self.request("server/discover", timeout=timeout)["result"]
        offer = {"protocolVersion": self._version, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
        answer = self.request("initialize", offer, timeout=timeout)
        if self._announce:
            self.notify("notifications/initialized")
        return answer["result"]

    def list(self, kind: str = "tools") -> Messages:
        """Everything of one kind that the server offers: `tools`, `resources`, `prompts`."""
        return self.request(f"{kind}/list")["result"][kind]

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, timeout: float = 120.0) -> dict[str, Any]:
        """The result of a tool call, a failed one included.

        Raises:
            KeyError: when the response is a protocol error.
        """
        return self.request("tools/call", {"name": tool, "arguments": dict(arguments or {})}, timeout)["result"]

    def request(self, method: str, params: Mapping[str, Any] | None = None, timeout: float = 120.0) -> dict[str, Any]:
        """Send a request, wait for its response, and return the whole message with its `result` or `error`."""
        wanted = self.begin(method, params)
        while True:
            message = self.receive(timeout)
            if message.get("id") == wanted and "method" not in message:
                return message
            self.notifications.append(message)

    def begin(self, method: str, params: Mapping[str, Any] | None = None) -> int:
        """Send a request without waiting, and return its id."""
        self._last_id += 1
        self.send({"jsonrpc": "2.0", "id": self._last_id, "method": method, **self._params(params)})
        return self._last_id

    def notify(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, **({"params": dict(params)} if params else {})})

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Send a message, or bytes followed by a line end."""
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        pipe = _open(self.process.stdin)
        pipe.write(line + b"\n")
        pipe.flush()

    def receive(self, timeout: float = 120.0) -> dict[str, Any]:
        """The next message of any kind.

        Raises:
            TimeoutError: when none arrives in time.
            EOFError: when the server has closed its output.
        """
        try:
            message = self._messages.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(f"no message within {timeout:g} s") from None
        if message is _NO_MORE:
            self._messages.put(_NO_MORE)
            raise EOFError("the server has closed its output")
        return message

    def pause(self) -> None:
        """Stop reading the server's output after its next message."""
        self._reading.clear()

    def resume(self) -> None:
        self._reading.set()

    def rest(self, timeout: float = 120.0) -> Messages:
        """All messages until the server closes its output."""
        messages: Messages = []
        try:
            while True:
                messages.append(self.receive(timeout))
        except EOFError:
            return messages

    def close(self) -> None:
        """Close the server's input."""
        with contextlib.suppress(BrokenPipeError):
            _open(self.process.stdin).close()

    def stop(self, timeout: float = 120.0) -> int:
        """Close the server's input, wait until it exits, and return its exit code.

        Raises:
            subprocess.TimeoutExpired: when it does not exit; it is then killed.
        """
        self.close()
        try:
            return self.process.wait(timeout)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(timeout)
            _open(self.process.stdout).close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _params(self, params: Mapping[str, Any] | None) -> dict[str, Any]:
        if self._version != MODERN:
            return {"params": dict(params)} if params is not None else {}
        prefix = "io.modelcontextprotocol/"
        envelope: dict[str, Any] = {
            f"{prefix}protocolVersion": MODERN,
            f"{prefix}clientInfo": {"name": "raw", "version": "1"},
            f"{prefix}clientCapabilities": {},
        }
        if self._log_level:
            envelope[f"{prefix}logLevel"] = self._log_level
        given = dict(params or {})
        return {"params": {**given, "_meta": {**envelope, **given.get("_meta", {})}}}

    def _read(self) -> None:
        for line in _open(self.process.stdout):
            self._messages.put(json.loads(line))
            self._reading.wait()
        self._messages.put(_NO_MORE)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process has not been started with pipes")
    return pipe


def without_path(**variables: str) -> dict[str, str]:
    """An environment as minimal as a host's: an empty PATH, and only the variables that processes need."""
    kept = ("HOME", "SYSTEMROOT", "USERPROFILE", "TEMP", "TMPDIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, "PATH": "", **variables}
