"""Many tasks, some cancelled, while a replica dies and is restarted: none is lost, done twice or seen by others.

Also told apart: a task whose ttl was over when its owner asked is expired, and one that is unknown before is lost.
"""

import asyncio
import logging
import signal
from collections import Counter
from pathlib import Path

import httpx2
import pytest
from task_storm import ENDED, Storm, replicas
from volume import FULL, in_volume, volume

pytestmark = [pytest.mark.services, in_volume]
TASKS = volume(200, share=0.1)
logger = logging.getLogger(__name__)
UNCLEAR = {"failed", "cancelled", "refused", "expired"}
DEADLINE, KEPT = "60", "60"


async def test_tasks_outlive_cancellations_a_crash_and_a_restart(tmp_path: Path) -> None:
    async with (
        replicas(tmp_path, MCP_TASK_DEADLINE=DEADLINE, MCP_TASK_KEPT=KEPT) as both,
        httpx2.AsyncClient(base_url=both.url, timeout=60, limits=httpx2.Limits(max_connections=100)) as http,
    ):
        http.headers["accept"] = "application/json, text/event-stream"
        storm = Storm(http, seed=11)
        running = asyncio.create_task(storm.run(TASKS))
        await storm.begun(TASKS // 2)
        both.first.end(signal.SIGKILL)
        await both.again()
        async with both.redis.paused():
            await storm.store_away.wait()
        await storm.begun(TASKS * 3 // 4)
        both.first.end()
        await both.again()
        await running
        seen, put = await storm.seen_by_others(), both.put()
        gone_early = await storm.expired() if FULL else []
    tasks = [told for told in storm.told if told.task_id]
    ends = Counter(told.status for told in tasks)
    logging.getLogger(__name__).info(
        "%d calls, %d tasks: %s; put %d", len(storm.told), len(tasks), dict(ends), len(put)
    )
    assert seen == []
    assert [told for told in tasks if told.status not in ENDED | {"expired"}] == []
    assert gone_early == []
    assert [line for line, times in Counter(put).items() if times > 1] == []
    done = {f"put {told.name}" for told in tasks if told.status == "completed"}
    assert done - set(put) == set()
    told_unclear = {f"put {told.name}" for told in storm.told if told.status in UNCLEAR}
    assert set(put) - done - told_unclear == set()
    codes = {told.last["result"]["error"]["data"]["code"] for told in tasks if told.status == "failed"}
    assert codes <= {"OUTCOME_UNKNOWN"}
    assert {"completed", "cancelled"} <= set(ends)


async def test_a_task_whose_owner_asks_after_its_ttl_is_expired_and_not_lost(tmp_path: Path) -> None:
    async with (
        replicas(tmp_path, MCP_TASK_DEADLINE="8", MCP_TASK_KEPT="1") as both,
        httpx2.AsyncClient(base_url=both.url, timeout=60) as http,
    ):
        http.headers["accept"] = "application/json, text/event-stream"
        storm = Storm(http, seed=11, poll_seconds=11.0)
        await storm.run(15)
    assert Counter(told.status for told in storm.told if told.task_id).keys() == {"expired"}
