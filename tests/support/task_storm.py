"""Many tasks at two replicas behind a balancer, some of them cancelled, while one replica dies and comes back."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.tasks.extension import TASKS
from mcp_types import INVALID_PARAMS
from ports import reserved_port
from remote_balancer import balanced
from remote_http import META, Process, answer, headers, message, process
from remote_redis import OwnRedis, own_redis

PROGRAM = [str(Path(__file__).with_name("long_server.py"))]
OWNERS = [f"owner-{number}" for number in range(15)]
STRANGER = "stranger"
ENDED = {"completed", "failed", "cancelled"}
UNKNOWN = {"expired", "lost", "unclear"}
LONGEST_SECONDS = 8.0
POLL_SECONDS = 1.0
CANCELLED_SHARE = 0.3
KNOWS_TASKS = {**META, "io.modelcontextprotocol/clientCapabilities": {"extensions": {TASKS: {}}}}


@dataclass
class Told:
    """What one caller was told of one call.

    `status` is `refused` where the call never became a task. Of a task that is unknown it is `expired` after its ttl,
    and `lost` before.
    """

    name: str
    owner: str
    task_id: str = ""
    cancelled: bool = False
    status: str = "refused"
    last: dict[str, Any] = field(default_factory=dict[str, Any])
    expires: float = 0.0
    """The time of day in seconds, by the clock of the replicas, which is this machine's."""

    def hear(self, answer: dict[str, Any]) -> None:
        """Take note of what was said of the task: its state, or that it is unknown."""
        self.last = answer
        if (said := answer.get("result")) is None:
            unknown = answer["error"]["code"] == INVALID_PARAMS
            self.status = "unclear" if not unknown else "expired" if time.time() >= self.expires else "lost"
            return
        self.status = said["status"]
        self.expires = datetime.fromisoformat(said["createdAt"]).timestamp() + said["ttlMs"] / 1000


class Caller:
    """Somebody with a key at the balancer.

    Args:
        away: set once the store of tasks was unavailable to a request about a task.
    """

    def __init__(self, http: httpx2.AsyncClient, owner: str, away: asyncio.Event | None = None) -> None:
        self._http = http
        self.owner = owner
        self._away = away or asyncio.Event()

    async def ask(self, method: str, params: dict[str, Any], name: str) -> dict[str, Any]:
        """The answer's message; asked again while nobody, or not the store of tasks, can be reached for a task."""
        body = message("modern", method, params)
        body["params"]["_meta"] = KNOWS_TASKS
        sent = {**headers("modern", method, name), "x-api-key": f"tr_{self.owner}"}
        while True:
            with contextlib.suppress(httpx2.TransportError):
                response = await self._http.post("/mcp", json=body, headers=sent)
                if response.status_code < 500 and not self._is_away(told := answer(response)):
                    return told
            if method == "tools/call":
                return {"error": {"code": 0}}
            await asyncio.sleep(POLL_SECONDS)

    def _is_away(self, told: dict[str, Any]) -> bool:
        """Whether the store of tasks could not be asked, by the answer to a request about a task."""
        if (told.get("error", {}).get("data") or {}).get("code") != "SERVICE_UNAVAILABLE":
            return False
        self._away.set()
        return True

    async def about(self, method: str, task_id: str) -> dict[str, Any]:
        return await self.ask(method, {"taskId": task_id}, task_id)


class Storm:
    """The storm; `random` decides who does what.

    Args:
        http: to the balancer.
        seed: of the decisions.
        poll_seconds: between two questions of a caller about a task.
    """

    def __init__(self, http: httpx2.AsyncClient, seed: int, poll_seconds: float = POLL_SECONDS) -> None:
        self._http = http
        self._random = random.Random(seed)
        self._poll_seconds = poll_seconds
        self.told: list[Told] = []
        self.store_away = asyncio.Event()
        """Set once the store of tasks was unavailable to a caller."""
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
        caller = Caller(self._http, OWNERS[number % len(OWNERS)], self.store_away)
        told = Told(f"n{number}", caller.owner)
        self.told.append(told)
        seconds, begins = self._random.uniform(0.5, LONGEST_SECONDS), self._random.uniform(0, LONGEST_SECONDS)
        leaves = self._random.uniform(0, seconds) if self._random.random() < CANCELLED_SHARE else None
        await asyncio.sleep(begins)
        put = {"name": "put_soon", "arguments": {"name": told.name, "seconds": seconds}}
        answer = await caller.ask("tools/call", put, "put_soon")
        self._answered += 1
        self._change.set()
        if (result := answer.get("result", {})).get("resultType") != "task":
            return
        told.task_id = result["taskId"]
        told.hear(answer)
        if leaves is not None:
            await asyncio.sleep(leaves)
            told.cancelled = "result" in await caller.about("tasks/cancel", told.task_id)
        while told.status not in ENDED | UNKNOWN:
            await asyncio.sleep(self._poll_seconds)
            told.hear(await caller.about("tasks/get", told.task_id))

    async def seen_by_others(self) -> list[str]:
        """The tasks of which another caller, with a key of their own, learns anything."""
        stranger = Caller(self._http, STRANGER)
        asked = [await stranger.about("tasks/get", told.task_id) for told in self.told if told.task_id]
        never = await stranger.about("tasks/get", "never-was")
        return [json.dumps(each) for each in asked if each != never]

    async def expired(self) -> list[Told]:
        """The tasks that were not told of until their ttl was over, once no owner can ask about any more."""
        return [gone for told in self.told if told.task_id and (gone := await self._gone(told)).status != "expired"]

    async def _gone(self, told: Told) -> Told:
        """What an owner hears of a task when it is unknown at last."""
        caller, last = Caller(self._http, told.owner), replace(told)
        while last.status not in UNKNOWN:
            last.hear(await caller.about("tasks/get", told.task_id))
            if last.status not in UNKNOWN:
                await asyncio.sleep(POLL_SECONDS)
        return last


@dataclass
class Replicas:
    """Two replicas with one Redis behind nginx; the first can be killed or told to end, and starts again."""

    redis: OwnRedis
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
        yield Replicas(redis, environments[0], url, notes, stack, started[0])
