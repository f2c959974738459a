"""Look-ups in 5,000 channels and 50,000 people at Slack's rate of twenty list pages a minute."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from mcp_chassis.failures import RateLimited, TimedOut
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.service import Upstream
from slack_mcp.access import Access
from slack_mcp.channel_directory import ChannelDirectory
from slack_mcp.client import SlackApi
from slack_mcp.client.methods import rate_limits
from slack_mcp.client.tokens import Token
from slack_mcp.client.web_methods import WebMethods
from slack_mcp.people_directory import PeopleDirectory
from slack_mcp.settings import SlackSettings
from slack_rate_limited import CrowdedSlack, ManualClock

CHANNELS, PEOPLE = 5_000, 50_000
MAX_CALLS = 40
MAX_CALLS_FOR_ANYBODY = 8
MAX_MINUTES = 4.0
WAIT_BETWEEN_CALLS_SECONDS = 5.0


class Crowd:
    """A large workspace, with methods that find a person or channel and count the calls."""

    def __init__(self, api: SlackApi, slack: CrowdedSlack, clock: ManualClock) -> None:
        self.slack = slack
        self.people = PeopleDirectory(api, clock)
        self.channels = ChannelDirectory(api, self.people, Access((), (), dms=False), clock)
        self._clock = clock
        self._begun = clock()

    @property
    def minutes(self) -> float:
        return (self._clock() - self._begun) / 60

    async def person(self, query: str) -> tuple[str, int]:
        """Find a person; returns the id and the number of calls needed."""
        for number in range(1, MAX_CALLS):
            try:
                found, _, _ = await self.people.search(query, 1)
            except RateLimited as limited:
                await self._clock.sleep(limited.retry_after_seconds or 1)
                continue
            if found:
                return found[0].id, number
            await self._clock.sleep(WAIT_BETWEEN_CALLS_SECONDS)
        raise AssertionError(f"not found in {MAX_CALLS} calls")

    async def channel(self, name: str) -> tuple[str, int]:
        """Find a channel; returns the id and the number of calls needed."""
        for number in range(1, MAX_CALLS):
            try:
                return (await self.channels.resolve(name)).id, number
            except (TimedOut, RateLimited) as later:
                await self._clock.sleep(later.retry_after_seconds or 1)
        raise AssertionError(f"not found in {MAX_CALLS} calls")


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    async with _crowd() as opened:
        yield opened


@asynccontextmanager
async def _crowd() -> AsyncIterator[Crowd]:
    clock = ManualClock()
    slack = CrowdedSlack(clock, channels=CHANNELS, people=PEOPLE)
    upstream = Upstream(
        "Slack", policy=Policy(rate=1e6), rate_limits=rate_limits(1e6, 1e6), clock=clock, sleep=clock.sleep
    )
    token = Token(SlackSettings.load({"SLACK_BOT_TOKEN": "xoxb-1"}).credential("bot_token"))
    async with JsonApi("https://slack.example/api", upstream=upstream, transport=slack) as http:
        yield Crowd(SlackApi(WebMethods(http, token), {}, {}), slack, clock)


async def test_the_last_person_of_50000_is_found_by_name(crowd: Crowd):
    found, calls = await crowd.person(f"Person No {PEOPLE - 1}")
    assert found == f"U{PEOPLE - 1:08d}"
    assert calls < MAX_CALLS_FOR_ANYBODY
    assert crowd.slack.requests["users.list"] == 51
    assert crowd.minutes < MAX_MINUTES


async def test_the_last_channel_of_5000_is_found_in_one_call(crowd: Crowd):
    assert await crowd.channel(f"#channel-{CHANNELS - 1}") == (f"C{CHANNELS - 1:08d}", 1)
    assert crowd.slack.requests["conversations.list"] == 6


async def test_every_channel_and_person_is_found_with_one_reading_of_the_lists(crowd: Crowd):
    dice = Random(20261128)
    for number in dice.sample(range(CHANNELS), 20):
        assert (await crowd.channel(f"channel-{number}"))[0] == f"C{number:08d}"
    for number in dice.sample(range(PEOPLE), 5):
        assert (await crowd.person(f"@person{number}"))[0] == f"U{number:08d}"
    assert crowd.slack.requests["conversations.list"] <= 7
    assert crowd.minutes < 3 * MAX_MINUTES


@pytest.mark.parametrize("query", ["U00049999", "<@U00049999>", "person49999@acme.example"])
async def test_an_id_or_e_mail_address_finds_a_person_with_one_request(crowd: Crowd, query: str):
    assert await crowd.person(query) == ("U00049999", 1)
    assert sum(crowd.slack.requests.values()) == 1


async def test_an_id_finds_a_channel_with_one_request(crowd: Crowd):
    assert await crowd.channel("C00004999") == ("C00004999", 1)
    assert sum(crowd.slack.requests.values()) == 1
