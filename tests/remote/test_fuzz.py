"""Hostile messages over a real port: whatever comes, it is answered, not with 5xx, and the process lives on."""

import asyncio
import copy
import json
import random
from collections import Counter
from typing import Any

import httpx2
from remote_http import ERAS, Process, answer, headers, message, post, process
from volume import in_volume, volume

MESSAGES = volume(50_000, share=0.01)
CLIENTS = 8
METHODS = [
    "tools/call", "tools/list", "resources/read", "resources/list", "resources/templates/list", "prompts/get",
    "prompts/list", "completion/complete", "initialize", "ping", "server/discover", "logging/setLevel",
    "resources/subscribe", "notifications/cancelled", "notifications/initialized", "sampling/createMessage", "x/y", "",
]  # fmt: skip
STRANGE: list[Any] = [
    None, True, False, 0, -1, 1, 2**53, -(2**63), 10**400, 1.5, 1e308, -0.0, "", " ", "\0", "a" * 5000, "\ud800",
    "../../etc/passwd", "' OR 1=1 --", "<script>", "{{7*7}}", "${jndi:ldap://x}", "\u202e", "\U0001f600" * 99, "\r\nX",
    [], {}, [[]], [{}], {"": ""}, {"a": {"a": {"a": {}}}}, ["x"] * 1000, {"__proto__": {}}, {"$ref": "#"}, [None] * 10,
    "sample://thing", "sample://{x}", "echo", "wait", "greeting", "file:///etc/passwd", "http://169.254.169.254/",
]  # fmt: skip


def _value(chance: random.Random, depth: int = 0) -> Any:
    if depth < 3 and chance.random() < 0.3:
        keys = ["name", "arguments", "uri", "text", "ref", "argument", "cursor", "_meta", "seconds", "type", "value"]
        return {chance.choice(keys): _value(chance, depth + 1) for _ in range(chance.randrange(5))}
    return copy.deepcopy(chance.choice(STRANGE))  # it may be filled with more


def _message(chance: random.Random, era: str) -> Any:
    """A good message with something strange in it, or something strange altogether."""
    if chance.random() < 0.05:
        return _value(chance)
    made: dict[str, Any] = message(era, chance.choice(METHODS), {}, chance.randrange(10**6))
    known = {"name": chance.choice(["echo", "put", "erase", "greeting", "nothing"]), "arguments": {"text": "x"}}
    made["params"].update(chance.choice([{}, known, {"uri": "sample://thing"}]))
    for _ in range(chance.randrange(1, 4)):
        place = chance.choice([made, made["params"] if isinstance(made.get("params"), dict) else made])
        place[chance.choice(["id", "method", "params", "jsonrpc", "name", "arguments", "uri", "_meta", "ref", "x"])] = (
            _value(chance)
        )
    return made


def _bytes(chance: random.Random, made: Any) -> bytes:
    """The message as it goes over the wire, sometimes broken there."""
    text = json.dumps(made).encode()
    if chance.random() < 0.1 and text:
        place = chance.randrange(len(text))
        text = chance.choice(
            [text[:place], text[:place] + bytes([chance.randrange(256)]) + text[place + 1 :], text * 2]
        )
    return text


@in_volume
async def test_no_message_crashes_hangs_or_makes_the_server_fail() -> None:
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    async with process(environment={"MCP_MAX_IN_FLIGHT": "100000"}) as server:
        memory = _resident(server)
        await asyncio.gather(*(_fuzz(server, seed, statuses, wrong) for seed in range(CLIENTS)))
        grown = _resident(server) - memory
        async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as http:
            http.headers["accept"] = "application/json, text/event-stream"
            alive = await post(http, "modern", "tools/call", {"name": "echo", "arguments": {"text": "alive"}})
        server.end()
        code = await server.ended()
    assert wrong == []
    assert sum(statuses.values()) >= MESSAGES
    assert answer(alive)["result"]["structuredContent"] == {"text": "alive"}
    assert code == 0
    assert [line for line in server.messages if "unforeseen" in line or "Exception in ASGI" in line] == []
    assert grown < 60 * 1024 * 1024


async def _fuzz(server: Process, seed: int, statuses: Counter[int], wrong: list[str]) -> None:
    chance = random.Random(seed)
    async with httpx2.AsyncClient(base_url=server.url, timeout=None, trust_env=False) as http:
        for _ in range(MESSAGES // CLIENTS + 1):
            era = chance.choice(list(ERAS))
            made = _message(chance, era)
            method = made.get("method") if isinstance(made, dict) else None
            mirrored = headers(era, method if isinstance(method, str) and method in METHODS[:-1] else "x")
            sent = {**mirrored, "accept": "application/json, text/event-stream", "content-type": "application/json"}
            response = await http.post("/mcp", content=_bytes(chance, made), headers=sent)
            statuses[response.status_code] += 1
            if response.status_code >= 500 or "Traceback" in response.text:
                wrong.append(f"{response.status_code} {json.dumps(made)[:300]} -> {response.text[:200]}")


def _resident(server: Process) -> int:
    import psutil

    return psutil.Process(server.process.pid).memory_info().rss
