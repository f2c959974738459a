"""A GitHub on a real socket: state, ETags, pages, limits, redirects, refusals, and faults on demand."""

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from email.utils import formatdate
from typing import Any

from github_app import PATHS as APP_PATHS
from github_app import ScriptedApp
from github_graphql import PATHS as GRAPHQL_PATHS
from github_graphql import GraphQLDescription, Parts, root_of
from github_limits import SECONDARY, Fault, Limits, Manner, resource_of
from github_openapi import Description
from github_routes import NotScripted, answered
from github_site import Site
from github_wire import Answer, Refusal, Request, read_request, written
from github_world import World

READS = {"GET", "HEAD"}


class ScriptedGitHub:
    """Serve one world. `requests` tells what came, `problems` what GitHub's descriptions do not allow.

    GraphQL tells `graphql_parts` in place of the world's facts, and `graphql_errors` beside the data of every answer.

    Args:
        with_examples: an operation that is not scripted is answered with GitHub's published example.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        description: Description | None = None,
        graphql: GraphQLDescription | None = None,
        prefix: str = "",
        port: int = 0,
        with_examples: bool = False,
    ) -> None:
        self.world = world or World()
        self.description = description
        self.graphql = graphql
        self.with_examples = with_examples
        self.prefix = prefix
        self.port = port
        self.url = ""
        self.app: ScriptedApp | None = None
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.disconnected = asyncio.Event()
        self.limits = Limits(self.world)
        self.skew = 0.0
        self.latency = 0.0
        self.graphql_parts: Parts = {}
        self.graphql_errors: list[dict[str, Any]] = []
        self._faults: list[Fault] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def fault(
        self,
        method: str,
        path: str,
        manner: Manner = "answer",
        *,
        status: int = 502,
        body: Any = b"",
        headers: dict[str, str] | None = None,
        media_type: str = "application/json; charset=utf-8",
        acts: bool = False,
        times: int = 1,
        share: float = 1.0,
        seed: int = 1,
        holding: bytes = b"",
    ) -> None:
        """The next `times` requests whose path matches the pattern go wrong; `share` below one makes it random.

        Args:
            holding: a part of the body of the requests that are meant.
        """
        answer, chance = Answer(status, body, headers or {}, media_type), random.Random(seed)
        self._faults.append(Fault(method, re.compile(path), manner, answer, acts, times, share, chance, holding))

    def forget_faults(self) -> None:
        """Answer every request as usual again."""
        self._faults.clear()

    def secondary_limit(
        self, method: str, path: str, *, retry_after_seconds: str | None = None, times: int = 1
    ) -> None:
        headers = {} if retry_after_seconds is None else {"Retry-After": retry_after_seconds}
        self.fault(method, path, status=403, body={"message": SECONDARY}, headers=headers, times=times)

    def seen(self, method: str, path: str = ".*") -> list[Request]:
        """The requests that came so far by method and path pattern."""
        return [each for each in self.requests if each.method == method and re.fullmatch(path, each.path)]

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator["ScriptedGitHub"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=16 * 1024 * 1024)
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{self.prefix}"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while request := await read_request(reader, self.prefix):
                if not await self._exchange(request, reader, writer):
                    break
        except (ConnectionError, asyncio.CancelledError):
            self.disconnected.set()
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request.started = time.monotonic()
        self.requests.append(request)
        self._judge_request(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = next((each for each in self._faults if each.strikes(request)), None)
        answer = self._answer(request) if fault is None or fault.acts else fault.answer
        if fault is not None and fault.acts and fault.manner == "answer":
            answer = fault.answer
        if fault is not None and not answer.headers.get("Date"):
            answer.headers["Date"] = formatdate(self.world.clock() + self.skew, usegmt=True)
        request.status = answer.status
        manner = fault.manner if fault else "answer"
        kept = await self._deliver(manner, answer, reader, writer)
        request.bytes_out = len(answer.content())
        request.ended = time.monotonic()
        return kept

    async def _deliver(
        self, manner: Manner, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        wire = written(answer)
        if manner == "answer":
            writer.write(wire)
            await writer.drain()
            return True
        if manner == "reset":
            transport: Any = writer.transport
            transport.abort()
        elif manner == "hang":
            await reader.read()
            self.disconnected.set()
        elif manner == "cut":
            writer.write(wire[: len(wire) - max(1, len(answer.content()) // 2)])
            await writer.drain()
        elif manner == "drip":
            await self._drip(wire, writer)
        return False

    async def _drip(self, wire: bytes, writer: asyncio.StreamWriter) -> None:
        for index in range(len(wire)):
            writer.write(wire[index : index + 1])
            await writer.drain()
            await asyncio.sleep(0.2)

    def _answer(self, request: Request) -> Answer:
        resource = resource_of(request.path)
        try:
            if self.app is not None and APP_PATHS.fullmatch(request.path):
                return self._answer_app(self.app, request)
            request.login = self._login(request)
            self.limits.take(request.login, resource)
            answer = self._served(request)
        except Refusal as refusal:
            answer = refusal.answer
        self._judge_answer(request, answer)
        if request.method in READS and answer.status == 200:
            answer.tagged()
            if request.headers.get("if-none-match") == answer.headers["ETag"]:
                self.limits.give_back(request.login, resource)
                answer = Answer(304, None, answer.headers)
        answer.headers |= self.limits.headers(request.login, resource)
        answer.headers["Date"] = formatdate(self.world.clock() + self.skew, usegmt=True)
        if (scopes := self.world.scopes.get(_token(request))) is not None:
            answer.headers["X-OAuth-Scopes"] = scopes
        answer.headers["X-GitHub-Request-Id"] = f"TEST:{len(self.requests)}"
        return answer

    def _answer_app(self, app: ScriptedApp, request: Request) -> Answer:
        answer = app.answer(request)
        self._judge_answer(request, answer)
        answer.headers["Date"] = formatdate(self.world.clock() + self.skew, usegmt=True)
        return answer

    def _served(self, request: Request) -> Answer:
        if self.graphql is not None and request.path in GRAPHQL_PATHS:
            told = self.graphql.answer(request.sent, root_of(self.world, request.login, self.graphql_parts))
            errors = [*told.get("errors", []), *self.graphql_errors]
            return Answer(200, {**told, "errors": errors} if errors else told)
        try:
            return answered(Site(self.world, self.url, self.limits), request)
        except NotScripted:
            if not self.with_examples or self.description is None:
                raise Refusal(404, "Not Found") from None
            status, body = self.description.example_answer(request.method, request.path)
            return Answer(status, body, published=True)

    def _login(self, request: Request) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() not in ("bearer", "token") or token not in self.world.tokens:
            raise Refusal(401, "Bad credentials")
        return self.world.tokens[token]

    def _judge_request(self, request: Request) -> None:
        if request.path.startswith("/raw-logs/"):
            if {"authorization", "x-github-api-version"} & request.headers.keys():
                self.problems.append("the store of logs was told what is GitHub's alone")
            return
        if "user-agent" not in request.headers or "x-github-api-version" not in request.headers:
            self.problems.append(f"{request.method} {request.path}: no user agent or API version")
        if request.path in GRAPHQL_PATHS:
            self._judge_query(request)
        elif self.description and not request.path.startswith("/repositories/"):
            self.problems += self.description.request_faults(request.method, request.path, request.query, request.body)

    def _judge_query(self, request: Request) -> None:
        """An Enterprise Server has GraphQL beside its REST API, not below it."""
        expected = "/api/graphql" if self.prefix else "/graphql"
        if request.path != expected:
            self.problems.append(f"GraphQL is asked at {request.path}, not at {expected}")
        if self.graphql is not None:
            self.problems += [f"GraphQL: {fault}" for fault in self.graphql.faults(request.sent)]

    def _judge_answer(self, request: Request, answer: Answer) -> None:
        if answer.published or request.path.startswith(("/repositories/", "/raw-logs/", *GRAPHQL_PATHS)):
            return  # some of the published examples are not what their own description says
        if self.description:
            self.problems += self.description.answer_faults(
                request.method, request.path, answer.status, answer.media_type, answer.content()
            )


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2]
