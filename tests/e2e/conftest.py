"""Servers as child processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stdio_sample import StdioSample


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[StdioSample]:
    """The server for tests of the transport."""
    sample = StdioSample(tmp_path / "notes")
    yield sample
    sample.end()
