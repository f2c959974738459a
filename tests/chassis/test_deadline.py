import math

import anyio
import pytest
from mcp_chassis.deadline import Allowance, Deadline, clock_stopped, deadline_of_call, may_become_task, time_left


async def test_outside_a_call_there_is_no_deadline():
    assert time_left() == math.inf
    with clock_stopped():
        assert time_left() == math.inf


async def test_work_is_cancelled_at_the_deadline():
    with Deadline(0.01).running() as deadline:
        await anyio.sleep_forever()
    assert deadline.expired


async def test_work_that_finishes_in_time_is_not_expired():
    with Deadline(60).running() as deadline:
        left = time_left()
    assert not deadline.expired
    assert 0 < left <= 60
    assert time_left() == math.inf


async def test_a_paused_deadline_does_not_advance():
    with Deadline(1).running() as deadline:
        began, before = anyio.current_time(), deadline.remaining()
        with clock_stopped():
            stopped = anyio.current_time()
            with anyio.move_on_after(1.2):
                await anyio.sleep_forever()
            paused = anyio.current_time() - stopped
        after, passed = deadline.remaining(), anyio.current_time() - began
    assert not deadline.expired
    assert before - after <= passed - paused + 0.001


async def test_an_exception_inside_a_pause_resumes_the_deadline():
    with Deadline(60).running() as deadline:
        with pytest.raises(KeyError), clock_stopped():
            raise KeyError
        assert deadline.remaining() <= 60


async def test_the_deadline_is_that_of_the_innermost_call():
    with Deadline(60).running():
        with Deadline(5).running():
            assert time_left() <= 5
        assert time_left() > 5


async def test_tasks_of_a_call_share_its_deadline():
    seen: list[float] = []

    async def look() -> None:
        seen.append(time_left())

    with Deadline(60).running():
        async with anyio.create_task_group() as group:
            group.start_soon(look)
    assert 0 < seen[0] <= 60


async def test_a_call_with_more_time_has_it_until_it_is_taken_back():
    assert not may_become_task()
    allowance = Allowance(60)
    with allowance.given():
        assert may_become_task()
        deadline, found = deadline_of_call(5)
        assert found is allowance
        assert deadline.seconds == 60
        assert 5 < deadline.remaining() <= 60
        allowance.take_back("It has too many tasks.")
        assert not may_become_task()
        assert deadline.seconds == 5
        assert deadline.remaining() <= 5
        later, _ = deadline_of_call(5)
        assert later.seconds == 5
    assert not may_become_task()
    own, none = deadline_of_call(5)
    assert (own.seconds, none) == (5, None)


async def test_a_call_with_a_longer_deadline_of_its_own_keeps_it():
    allowance = Allowance(5)
    with allowance.given():
        assert deadline_of_call(60)[0].seconds == 60
    assert 0 < allowance.remaining() <= 5
