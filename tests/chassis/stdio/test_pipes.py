"""Lines over descriptors that do not block: cut, capped, batched, and held back while nobody reads."""

import asyncio
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_chassis.stdio.json_lines import MAX_LINE_BYTES, dump
from mcp_chassis.stdio.pipes import LineReader, LineWriter
from mcp_types import JSONRPCNotification

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    yield reading, writing
    for descriptor in (reading, writing):
        try:
            os.close(descriptor)
        except OSError:
            continue


@dataclass
class Heard:
    lines: list[bytes] = field(default_factory=list)
    too_long: list[bytes] = field(default_factory=list)
    ends: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        self.ends += 1
        self.ended.set()


def _reader(descriptor: int, heard: Heard) -> LineReader:
    return LineReader(descriptor, heard.lines.append, heard.too_long.append, heard.end)


LINES = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"") or b"x"), max_size=10)


@given(LINES, st.lists(st.integers(1, 30), min_size=1))
async def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], sizes: list[int]) -> None:
    wire = b"".join(line + b"\n" for line in lines)
    heard = Heard()
    reader = _reader(-1, heard)
    for size in itertools.cycle(sizes):
        reader.feed(wire[:size])
        wire = wire[size:]
        if not wire:
            break
    assert heard.lines == [line for line in lines if line.strip()]


async def test_a_line_may_be_as_long_as_allowed_and_not_one_byte_longer() -> None:
    heard = Heard()
    reader = _reader(-1, heard)
    reader.feed(b"a" * MAX_LINE_BYTES + b"\n")
    assert [len(line) for line in heard.lines] == [MAX_LINE_BYTES]
    for _ in range(3):
        reader.feed(b"b" * (MAX_LINE_BYTES // 2 + 1))
    assert [beginning[:2] for beginning in heard.too_long] == [b"bb"]
    assert len(heard.too_long[0]) == 1000
    reader.feed(b"the rest\nnext\n")
    assert heard.lines[1:] == [b"next"]


async def test_the_end_of_input_completes_a_last_line(pipe: Pipe) -> None:
    heard = Heard()
    reader = _reader(pipe[0], heard)
    reader.resume()
    os.write(pipe[1], b"one\ntwo")
    os.close(pipe[1])
    with anyio.fail_after(60):
        await heard.ended.wait()
    assert heard.ends == 1
    assert heard.lines == [b"one", b"two"]


async def test_a_paused_reader_reads_nothing_until_its_last_read(pipe: Pipe) -> None:
    heard = Heard()
    reader = _reader(pipe[0], heard)
    reader.resume()
    reader.resume()
    reader.pause()
    reader.pause()
    os.write(pipe[1], b"one\n")
    for _ in range(3):
        await asyncio.sleep(0)
    assert heard.lines == []
    reader.last()
    reader.last()
    assert heard.lines == [b"one"]
    os.close(pipe[1])
    reader.last()
    assert heard.ends == 0


def _notice(text: str = "") -> JSONRPCNotification:
    return JSONRPCNotification(jsonrpc="2.0", method="m", params={"text": text})


@dataclass
class Told:
    slow: int = 0
    broken: int = 0

    def on_slow(self) -> None:
        self.slow += 1

    def on_broken(self) -> None:
        self.broken += 1


def _writer(descriptor: int, told: Told) -> LineWriter:
    return LineWriter(descriptor, told.on_slow, told.on_broken)


async def test_messages_of_one_iteration_of_the_loop_are_written_together(pipe: Pipe) -> None:
    writer = _writer(pipe[1], Told())
    await writer.write(_notice("a"))
    await writer.write(_notice("b"))
    with pytest.raises(BlockingIOError):
        os.read(pipe[0], 1000)
    await writer.flushed()
    assert os.read(pipe[0], 1000) == dump(_notice("a")) + b"\n" + dump(_notice("b")) + b"\n"


async def test_a_flush_writes_now_and_the_loop_finds_nothing_more_to_write(pipe: Pipe) -> None:
    writer = _writer(pipe[1], Told())
    writer.queue(_notice("a"))
    writer.flush()
    writer.flush()
    assert os.read(pipe[0], 1000) == dump(_notice("a")) + b"\n"
    writer.queue(_notice("b"))
    await writer.flushed()
    assert os.read(pipe[0], 1000) == dump(_notice("b")) + b"\n"


async def test_writing_waits_while_the_host_does_not_read(pipe: Pipe) -> None:
    told = Told()
    writer = _writer(pipe[1], told)
    for _ in range(2):
        await writer.write(_notice("x" * 600_000))
    assert writer.is_slow
    waiting = asyncio.ensure_future(writer.write(_notice("last")))
    received = b""
    with anyio.fail_after(60):
        while b"last" not in received:
            await asyncio.sleep(0)
            try:
                received += os.read(pipe[0], 65_536)
            except BlockingIOError:
                continue
            assert waiting.done() or len(received) < 1_300_000
    assert received.count(b"\n") == 3
    assert not writer.is_slow
    assert told == Told(slow=2, broken=0)


async def test_a_broken_pipe_is_reported_once_and_releases_waiting_writers(pipe: Pipe) -> None:
    told = Told()
    writer = _writer(pipe[1], told)
    for _ in range(2):
        await writer.write(_notice("x" * 600_000))
    waiting = asyncio.ensure_future(writer.write(_notice("never")))
    await asyncio.sleep(0)
    os.close(pipe[0])
    with pytest.raises(anyio.BrokenResourceError):
        await waiting
    with pytest.raises(anyio.BrokenResourceError):
        await writer.write(_notice())
    writer.queue(_notice())
    await writer.flushed()
    assert told.broken == 1
    writer.close()
