"""Fixtures of the Slack tests."""

from collections.abc import AsyncIterator

import pytest
from slack_desk import Desk, arranged


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A scripted Slack workspace; after the test, all requests to it must follow Slack's specifications."""
    async with arranged().running() as slack:
        yield Desk(slack)
    assert slack.violations == []
