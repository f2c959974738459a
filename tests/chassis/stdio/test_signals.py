"""Signals of a server over standard input and output: the first one begins the shutdown."""

import asyncio
import signal

import pytest
from mcp_chassis.stdio.signals import ended_by_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_first_signal_begins_the_shutdown_and_the_handlers_are_restored(number: signal.Signals) -> None:
    stopped, received = asyncio.Event(), []
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with ended_by_signals(stopped.set, received):
        signal.raise_signal(number)
        await stopped.wait()
    assert received == [number]
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


async def test_a_signal_received_before_begins_the_shutdown_at_once() -> None:
    stopped = asyncio.Event()
    with ended_by_signals(stopped.set, [signal.SIGTERM]):
        await stopped.wait()


async def test_without_a_signal_nothing_is_stopped_and_the_wake_up_descriptor_is_restored() -> None:
    stops: list[int] = []
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    with ended_by_signals(lambda: stops.append(1)):
        inside = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(inside)
        await asyncio.sleep(0)
    after = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(after)
    assert stops == []
    assert inside not in (-1, before)
    assert after == before
