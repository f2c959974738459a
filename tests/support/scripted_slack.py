"""A scripted Slack on a real socket: state, limits, scopes, and every way the wire can fail."""

import asyncio
import contextlib
import json
import math
import random
import socket
import struct
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from scripted_slack_methods import METHODS, TIER_PER_MINUTE, Method
from scripted_slack_places import Answer, Channel, Refused
from scripted_slack_wire import busiest_second, http_response, request_head
from scripted_slack_workspace import Workspace

BOT_TOKEN = "xoxb-bot-000"
USER_TOKEN = "xoxp-user-000"
BOT_SCOPES = frozenset({method.scope for method in METHODS.values() if method.scope} - {"search:read"}) | {
    f"{kind}:{verb}" for kind in ("groups", "im", "mpim") for verb in ("read", "history", "write")
}
USER_SCOPES = BOT_SCOPES | {"search:read"}

AFTER_EFFECT = ("reset", "cut", "bad_gateway", "hang")
"""Faults that lose the answer of something that was done."""


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    given: dict[str, str]
    token: str
    at: float


@dataclass
class Token:
    user: str
    scopes: frozenset[str]


@dataclass
class ScriptedSlack:
    """Start with `running()`; `url` is the base of its API. Faults, scopes and limits are set on it by tests."""

    workspace: Workspace = field(default_factory=lambda: Workspace(time.time))
    tokens: dict[str, Token] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    delays: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Callable[[Mapping[str, str]], Any]] = field(default_factory=dict)
    """Whole answers by method, instead of what the workspace would say."""
    fault_rate: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(20261120))
    tiers_enforced: bool = False
    post_interval: float = 0.0
    history_per_minute: int | None = None
    disconnects: int = 0
    port: int = 0
    _posted: dict[str, float] = field(default_factory=dict)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tokens.setdefault(BOT_TOKEN, Token("U0BOT0001", frozenset(BOT_SCOPES)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def with_user_token(self, user: str) -> str:
        """Let `user` search with USER_TOKEN."""
        self.tokens[USER_TOKEN] = Token(user, frozenset(USER_SCOPES))
        return USER_TOKEN

    def without_scope(self, *scopes: str) -> None:
        self.tokens[BOT_TOKEN].scopes -= frozenset(scopes)

    def limit_history(self) -> None:
        """The limit for apps sold outside the Marketplace: once a minute, 15 objects."""
        self.history_per_minute, self.workspace.history_objects = 1, 15

    def count(self, *methods: str) -> int:
        return sum(call.method in methods for call in self.calls)

    @property
    def seen(self) -> Counter[str]:
        return Counter(call.method for call in self.calls)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["ScriptedSlack"]:
        await self.listen()
        try:
            yield self
        finally:
            await self.stop_listening()

    async def listen(self) -> None:
        """Accept connections, on the same port as before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.workspace.origin = f"http://127.0.0.1:{self.port}"

    async def stop_listening(self) -> None:
        """Close every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one_request(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.disconnects += 1
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
        if not head:
            return False
        verb, target, headers = request_head(head)
        if verb == "GET" and target.startswith("/files/"):
            return await self._download(target, headers, writer)
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        if verb == "POST" and target.startswith("/upload/"):
            return await self._upload(target, headers, content, writer)
        body = content.decode()
        method = target.removeprefix("/api/")
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if verb != "POST" or headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
            self.violations.append(f"{verb} {target} as {headers.get('content-type')}")
        call = Call(method, dict(parse_qsl(body, keep_blank_values=True)), token, time.monotonic())
        self.calls.append(call)
        return await self._answer(call, reader, writer)

    async def _download(self, target: str, headers: Mapping[str, str], writer: asyncio.StreamWriter) -> bool:
        """The bytes of a file, or the page for signing in where the token is not Slack's."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        identity = target.split("/")[2]
        content = self.workspace.file_bytes.get(identity, b"") if token in self.tokens else b"<html>Sign in</html>"
        kind = "application/octet-stream" if token in self.tokens else "text/html"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        return True

    async def _upload(
        self, target: str, headers: Mapping[str, str], content: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        """The second step of an upload: the address is the credential, and a token has no business there."""
        self.violations += ["a token was sent with an upload"] if "authorization" in headers else []
        fault = self.faults["upload"].popleft() if self.faults["upload"] else ""
        if fault in {"reset_before", "unavailable"}:
            return await self._fail(fault, b"", writer)
        self.workspace.take_bytes(target.split("/")[2], content)
        if fault:
            return await self._fail(fault, b"OK", writer)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK")
        await writer.drain()
        return True

    async def _answer(self, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        fault = self._next_fault(call)
        if fault in {"reset_before", "unavailable", "html"} or fault.startswith("limited"):
            return await self._fail(fault, b"", writer)
        if self.delays.get(call.method):
            await self._wait(self.delays[call.method], reader)
        status, answer, extra = self._result(call)
        if fault:
            return await self._fail(fault, json.dumps(answer).encode(), writer, reader)
        writer.write(http_response(status, json.dumps(answer).encode(), extra))
        await writer.drain()
        return True

    def _next_fault(self, call: Call) -> str:
        queue = self.faults[call.method]
        if queue:
            return queue.popleft()
        if METHODS.get(call.method, Method(None, None)).writes and self.dice.random() < self.fault_rate:
            return self.dice.choice(AFTER_EFFECT[:3])
        return ""

    async def _wait(self, seconds: float, reader: asyncio.StreamReader) -> None:
        """Answer late, but notice at once when the caller has gone."""
        with contextlib.suppress(TimeoutError):
            if await asyncio.wait_for(reader.read(1), seconds) == b"":
                raise ConnectionResetError

    async def _fail(
        self, fault: str, body: bytes, writer: asyncio.StreamWriter, reader: asyncio.StreamReader | None = None
    ) -> bool:
        kind, _, value = fault.partition(":")
        if kind in {"reset", "reset_before"}:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            return False
        if kind == "hang":
            assert reader is not None
            await self._wait(math.inf if not value else float(value), reader)
            return False
        if kind == "cut":
            writer.write(http_response(200, body, {})[: -max(1, len(body) // 2)])
            await writer.drain()
            return False
        status, text, extra = {
            "bad_gateway": (502, b"<html>Bad gateway</html>", {}),
            "unavailable": (503, b"<html>Down</html>", {}),
            "html": (200, b"<!DOCTYPE html><html>Sign in</html>", {}),
            "limited": (429, b'{"ok":false,"error":"ratelimited"}', {"Retry-After": value} if value else {}),
        }[kind]
        writer.write(http_response(status, text, extra))
        await writer.drain()
        return True

    def _result(self, call: Call) -> tuple[int, Answer, dict[str, str]]:
        if call.method in self.answers:
            return 200, self.answers[call.method](call.given), {}
        method, token = METHODS.get(call.method), self.tokens.get(call.token)
        if method is None:
            self.violations.append(f"unknown method {call.method}")
            return 200, {"ok": False, "error": "unknown_method"}, {}
        if token is None:
            return 200, {"ok": False, "error": "invalid_auth" if call.token else "not_authed"}, {}
        scopes = {"x-oauth-scopes": ",".join(sorted(token.scopes)), "x-accepted-oauth-scopes": method.scope or ""}
        wait = self._limit(call, method)
        if wait:
            return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(math.ceil(wait))}
        try:
            self._check(call, method, token)
            done = getattr(self.workspace, call.method.replace(".", "_"))(call.given, token.user)
        except Refused as refused:
            return 200, refused.answer, scopes
        return 200, {"ok": True, **done}, scopes

    def _check(self, call: Call, method: Method, token: Token) -> None:
        if found := method.faults(call.given):
            self.violations += [f"{call.method}: {fault}" for fault in found]
            raise Refused("invalid_arguments", response_metadata={"messages": found})
        needed = self._scope(call, method)
        if needed and needed not in token.scopes:
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(token.scopes)))
        self._check_types(call, token)

    def _scope(self, call: Call, method: Method) -> str | None:
        channel = self.workspace.channels.get(call.given.get("channel", ""))
        if not method.by_channel_type or channel is None or method.scope is None:
            return method.scope
        family = {"im": "im", "mpim": "mpim", "private_channel": "groups"}.get(channel.type, "channels")
        return f"{family}:{method.scope.split(':')[1]}"

    def _check_types(self, call: Call, token: Token) -> None:
        """A list of conversations needs the scope of each type it asks for."""
        needed = {"private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
        for kind in call.given.get("types", "").split(","):
            if kind in needed and needed[kind] not in token.scopes:
                raise Refused("missing_scope", needed=needed[kind], provided=",".join(sorted(token.scopes)))

    def _limit(self, call: Call, method: Method) -> float:
        """Seconds to wait before this call is allowed, 0 when it is."""
        if call.method == "chat.postMessage" and self.post_interval:
            channel = call.given.get("channel", "")
            wait = self._posted.get(channel, -math.inf) + self.post_interval - call.at
            if wait <= 0:
                self._posted[channel] = call.at
            return max(0.0, wait)
        if call.method in {"conversations.history", "conversations.replies"} and self.history_per_minute:
            return self._window(call, self.history_per_minute)
        return self._window(call, TIER_PER_MINUTE[method.tier]) if self.tiers_enforced and method.tier else 0.0

    def _window(self, call: Call, most: int) -> float:
        recent = self._recent[call.method]
        while recent and recent[0] <= call.at - 60:
            recent.popleft()
        if len(recent) >= most:
            return recent[0] + 60 - call.at
        recent.append(call.at)
        return 0.0


__all__ = ["BOT_TOKEN", "USER_TOKEN", "Call", "Channel", "ScriptedSlack", "busiest_second"]
