"""The metrics page of every worker in a file of its own, so that each worker can serve the pages of all.

Prometheus asks one worker, and not always the same. With the counts of that one alone, a counter would decrease from
one scrape to the next.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path

WRITE_SECONDS = 5.0
"""Seconds between two writes of a worker's page; so old the figures of other workers are at most."""


class MetricsFiles:
    """The pages of all workers of a supervisor.

    Args:
        folder: of the files; nobody else may write to it.
        number: the number of this worker.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number

    def write(self, page: str) -> None:
        """Replace this worker's page. A reader sees either the old one or the new one."""
        unfinished = self._folder / f"{self._number}.unfinished"
        with contextlib.suppress(OSError):  # a full disk must not stop calls; the old page is still there
            unfinished.write_text(page, encoding="utf-8")
            unfinished.replace(page_path(self._folder, self._number))

    def joined(self) -> str:
        """One page with the samples of every worker, each with the label `worker`."""
        pages = sorted(self._folder.glob("*.prom"), key=lambda path: int(path.stem))
        return joined((path.stem, text) for path in pages if (text := _text(path)) is not None)

    @contextlib.asynccontextmanager
    async def written_regularly(self, page: Callable[[], str]) -> AsyncGenerator[None]:
        """Write the page now and every `WRITE_SECONDS` while the block runs."""

        async def write_for_ever() -> None:
            while True:
                self.write(page())
                await asyncio.sleep(WRITE_SECONDS)

        writing = asyncio.create_task(write_for_ever())
        try:
            yield
        finally:
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing


def page_path(folder: Path, number: int) -> Path:
    """The path of a worker's page."""
    return folder / f"{number}.prom"


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:  # the supervisor removed it, because its worker ended
        return None


def joined(pages: Iterable[tuple[str, str]]) -> str:
    """Join pages in the text format of Prometheus, each with the name of its worker, to one page.

    The samples of a metric stand together below its HELP and TYPE, as the format requires.
    """
    metrics: dict[str, list[str]] = {}
    for worker, page in pages:
        samples: list[str] = []
        for line in page.splitlines():
            if line.startswith("# HELP "):
                samples = metrics.setdefault(line.split(" ", 3)[2], [line])
            elif line.startswith("# TYPE "):
                samples += [line] if len(samples) == 1 else []
            else:
                samples.append(_labelled(line, worker))
    return "\n".join(line for lines in metrics.values() for line in lines) + "\n"


def _labelled(sample: str, worker: str) -> str:
    name, _, rest = sample.partition("{")
    if " " not in name:
        return f'{name}{{worker="{worker}",{rest}'
    name, _, value = sample.partition(" ")
    return f'{name}{{worker="{worker}"}} {value}'
