"""A Redis of a test's own, which it may kill and start again, on the same port."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import services
from ports import reserved_port


class OwnRedis:
    """Keeps what it is told in `folder`, or nowhere."""

    def __init__(self, port: int, folder: Path | None = None) -> None:
        self.port = port
        self.folder = folder
        self.url = f"redis://127.0.0.1:{port}/0"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it answers."""
        program = shutil.which("redis-server") or "redis-server"
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", *self._keeping()]
        self._process = await asyncio.create_subprocess_exec(program, *options, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        while b"Ready to accept connections" not in (line := await self._process.stdout.readline()):
            assert line, "redis-server ended"

    def _keeping(self) -> list[str]:
        if self.folder is None:
            return ["--appendonly", "no"]
        return ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(self.folder)]

    async def kill(self) -> None:
        """At once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            await self._process.communicate()
            self._process = None

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncGenerator[None]:
        """It stands still inside the block, as on a machine that swaps: connections stay, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def own_redis(folder: Path | None = None) -> AsyncGenerator[OwnRedis]:
    services.require("redis")
    redis = OwnRedis(reserved_port(), folder)
    await redis.start()
    try:
        yield redis
    finally:
        await redis.kill()
