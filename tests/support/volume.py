"""Sizes of tests that repeat one check over many generated inputs: a share in the suite, all in `make soak`."""

import os

import pytest

VARIABLE = "TOOLROLL_TEST_VOLUME"
FULL = os.environ.get(VARIABLE) == "full"
SUITE_SHARE = 0.05

in_volume = pytest.mark.volume
"""Marks a test whose size is a `volume`; `make soak` selects by it."""


def volume(full: int, share: float = SUITE_SHARE) -> int:
    """`full` repetitions in `make soak`, `share` of them in the suite."""
    return full if FULL else max(1, round(full * share))
