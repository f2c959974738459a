"""Fixtures of the Slack tests."""

from collections.abc import AsyncIterator

import pytest
from slack_desk import Desk, arranged


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A small workspace; at the end Slack must have been asked only what its specifications allow."""
    async with arranged().running() as slack:
        yield Desk(slack)
    assert slack.violations == []
