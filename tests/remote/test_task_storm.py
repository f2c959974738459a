"""Many tasks, some cancelled, while a replica dies and is restarted: none is lost, done twice or seen by others."""

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
DEADLINE, KEPT = "60", "120"


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
        await storm.begun(TASKS * 3 // 4)
        both.first.end()
        await both.again()
        await running
        seen, put = await storm.seen_by_others(), both.put()
        if FULL:
            await storm.expired()
    tasks = [told for told in storm.told if told.task_id]
    ends = Counter(told.status for told in tasks)
    logging.getLogger(__name__).info(
        "%d calls, %d tasks: %s; put %d", len(storm.told), len(tasks), dict(ends), len(put)
    )
    assert seen == []
    assert [told.last for told in tasks if told.status not in ENDED] == []
    assert [line for line, times in Counter(put).items() if times > 1] == []
    done = {f"put {told.name}" for told in tasks if told.status == "completed"}
    assert done - set(put) == set()
    told_unclear = {f"put {told.name}" for told in storm.told if told.status in {"failed", "cancelled", "refused"}}
    assert set(put) - done - told_unclear == set()
    codes = {told.last["result"]["error"]["data"]["code"] for told in tasks if told.status == "failed"}
    assert codes <= {"OUTCOME_UNKNOWN"}
    assert {"completed", "cancelled"} <= set(ends)
