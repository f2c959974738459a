"""Many tasks at two replicas behind a balancer, some of them cancelled, while one replica dies and comes back."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.tasks.extension import TASKS
from ports import reserved_port
from remote_balancer import balanced
from remote_http import META, Process, answer, headers, message, process
from remote_redis import own_redis

PROGRAM = [str(Path(__file__).with_name("long_server.py"))]
OWNERS = [f"owner-{number}" for number in range(15)]
STRANGER = "stranger"
ENDED = {"completed", "failed", "cancelled"}
LONGEST_SECONDS = 8.0
POLL_SECONDS = 1.0
CANCELLED_SHARE = 0.3
KNOWS_TASKS = {**META, "io.modelcontextprotocol/clientCapabilities": {"extensions": {TASKS: {}}}}


@dataclass
class Told:
    """What one caller was told of one call; `status` is `refused` where the call never became a task."""

    name: str
    owner: str
    task_id: str = ""
    cancelled: bool = False
    status: str = "refused"
    last: dict[str, Any] = field(default_factory=dict[str, Any])


class Caller:
    """Somebody with a key at the balancer."""

    def __init__(self, http: httpx2.AsyncClient, owner: str) -> None:
        self._http = http
        self.owner = owner

    async def ask(self, method: str, params: dict[str, Any], name: str) -> dict[str, Any]:
        """The answer's message; asked again while the balancer has nobody to ask, if it is about a task."""
        body = message("modern", method, params)
        body["params"]["_meta"] = KNOWS_TASKS
        sent = {**headers("modern", method, name), "x-api-key": f"tr_{self.owner}"}
        while True:
            with contextlib.suppress(httpx2.TransportError):
                response = await self._http.post("/mcp", json=body, headers=sent)
                if response.status_code < 500 or method == "tools/call":
                    return answer(response) if response.status_code < 500 else {"error": {"code": 0}}
            if method == "tools/call":
                return {"error": {"code": 0}}
            await asyncio.sleep(POLL_SECONDS)

    async def about(self, method: str, task_id: str) -> dict[str, Any]:
        return await self.ask(method, {"taskId": task_id}, task_id)


class Storm:
    """The storm; `random` decides who does what.

    Args:
        http: to the balancer.
        seed: of the decisions.
    """

    def __init__(self, http: httpx2.AsyncClient, seed: int) -> None:
        self._http = http
        self._random = random.Random(seed)
        self.told: list[Told] = []
        self._change = asyncio.Event()
        self._answered = 0

    async def begun(self, count: int) -> None:
        """Until so many calls have been answered, most of them with a task."""
        while self._answered < count:
            self._change.clear()
            await self._change.wait()

    async def run(self, count: int) -> None:
        """So many calls, each followed to the end of its task."""
        await asyncio.gather(*(self._follow(number) for number in range(count)))

    async def _follow(self, number: int) -> None:
        caller = Caller(self._http, OWNERS[number % len(OWNERS)])
        told = Told(f"n{number}", caller.owner)
        self.told.append(told)
        seconds, begins = self._random.uniform(0.5, LONGEST_SECONDS), self._random.uniform(0, LONGEST_SECONDS)
        leaves = self._random.uniform(0, seconds) if self._random.random() < CANCELLED_SHARE else None
        await asyncio.sleep(begins)
        put = {"name": "put_soon", "arguments": {"name": told.name, "seconds": seconds}}
        result = (await caller.ask("tools/call", put, "put_soon")).get("result", {})
        self._answered += 1
        self._change.set()
        if result.get("resultType") != "task":
            return
        told.task_id, told.status = result["taskId"], result["status"]
        if leaves is not None:
            await asyncio.sleep(leaves)
            told.cancelled = "result" in await caller.about("tasks/cancel", told.task_id)
        while told.status not in ENDED:
            await asyncio.sleep(POLL_SECONDS)
            told.last = await caller.about("tasks/get", told.task_id)
            told.status = told.last["result"]["status"] if "result" in told.last else "unknown"
            if told.status == "unknown":
                return

    async def seen_by_others(self) -> list[str]:
        """The tasks of which another caller, with a key of their own, learns anything."""
        stranger = Caller(self._http, STRANGER)
        asked = [await stranger.about("tasks/get", told.task_id) for told in self.told if told.task_id]
        never = await stranger.about("tasks/get", "never-was")
        return [json.dumps(each) for each in asked if each != never]

    async def expired(self) -> None:
        """Until no owner can ask about a task any more."""
        for told in self.told:
            caller = Caller(self._http, told.owner)
            while told.task_id:
                if "result" not in await caller.about("tasks/get", told.task_id):
                    break
                await asyncio.sleep(POLL_SECONDS)


@dataclass
class Replicas:
    """Two replicas with one Redis behind nginx; the first can be killed or told to end, and starts again."""

    environment: dict[str, str]
    url: str
    notes: Path
    stack: contextlib.AsyncExitStack
    first: Process

    def put(self) -> list[str]:
        """What was put, in its order."""
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    async def again(self) -> None:
        """Start the first replica anew, on its port, once it has ended."""
        await self.first.ended()
        self.first = await self.stack.enter_async_context(process(command=PROGRAM, environment=self.environment))


@contextlib.asynccontextmanager
async def replicas(folder: Path, **more: str) -> AsyncGenerator[Replicas]:
    keys, notes = folder / "keys", folder / "notes"
    keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", ["*"]).line() for name in (*OWNERS, STRANGER)))
    async with own_redis() as redis, contextlib.AsyncExitStack() as stack:
        common = {
            "MCP_REDIS_URL": redis.url,
            "MCP_API_KEYS_FILE": str(keys),
            "MCP_TASK_AFTER": "0.2",
            "MCP_DRAIN_SECONDS": "2",
            "LONG_NOTES": str(notes),
            **more,
        }
        ports = [reserved_port() for _ in range(2)]
        environments = [{**common, "MCP_PORT": str(port)} for port in ports]
        started = [await stack.enter_async_context(process(command=PROGRAM, environment=each)) for each in environments]
        url = await stack.enter_async_context(balanced("nginx", ports, folder))
        yield Replicas(environments[0], url, notes, stack, started[0])
