"""Limits: how often, for whom, and how long to wait."""

import pytest
from mcp_chassis.remote.http.rate_limiter import RequestRate, SlidingWindow


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_sixty_first_call_of_a_minute_waits() -> None:
    window = SlidingWindow(RequestRate(60, 60), Clock())
    for _ in range(60):
        assert window.wait("a") == 0
        window.count("a")
    assert 0 < window.wait("a") <= 120


async def test_after_the_reported_wait_one_more_call_is_allowed() -> None:
    clock = Clock()
    window = SlidingWindow(RequestRate(10, 60), clock)
    for step in range(200):
        wait = await window.hit("a")
        if wait:
            clock.now += wait + 1e-6
            assert await window.hit("a") == 0, step
        clock.now += 0.7


async def test_no_window_has_more_than_one_and_a_half_times_the_rate() -> None:
    clock = Clock()
    window = SlidingWindow(RequestRate(10, 60), clock)
    passed: list[float] = []
    for _ in range(3000):
        clock.now += 0.1
        if not await window.hit("a"):
            passed.append(clock.now)
    most = max(sum(1 for other in passed if moment <= other < moment + 60) for moment in passed)
    assert most <= 16  # the window before counts by its overlap, as if its calls were spread evenly
    assert len(passed) >= 45


async def test_one_key_does_not_use_up_anothers() -> None:
    window = SlidingWindow(RequestRate(1, 60), Clock())
    assert await window.hit("a") == 0
    assert await window.hit("b") == 0
    assert await window.hit("a") > 0


async def test_a_rate_of_zero_means_no_limit() -> None:
    window = SlidingWindow(RequestRate(0, 60), Clock())
    assert [await window.hit("a") for _ in range(1000)] == [0.0] * 1000


async def test_a_hundred_thousand_principals_are_remembered_and_not_one_more() -> None:
    window = SlidingWindow(RequestRate(1, 60), Clock())
    for number in range(100_001):
        window.count(f"{number}")
    assert len(window) == 100_000
    assert window.wait("100000") > 0
    assert window.wait("0") == 0


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/60", RequestRate(60, 60)),
        ("5", RequestRate(5, 60)),
        ("100/1.5", RequestRate(100, 1.5)),
        ("0", RequestRate(0, 60)),
    ],
)
def test_a_rate_is_calls_and_seconds(text: str, rate: RequestRate) -> None:
    assert RequestRate.parse(text) == rate


@pytest.mark.parametrize("text", ["", "often", "1/0", "-1", "1/-5", "1/nan", "1/1/1", "1/1000000", "1.5"])
def test_the_error_for_an_invalid_rate_shows_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="60/60"):
        RequestRate.parse(text)


@pytest.mark.parametrize(
    ("before", "now", "into", "wait"),
    [
        (0, 3, 0.5, 0),
        (0, 4, 0.5, 7.5),  # the rest of this window and a quarter of the next one
        (0, 4, 0.0, 12.5),
        (4, 1, 0.5, 0),
        (4, 2, 0.5, 2.5),
        (4, 0, 0.0, 2.5),
        (4, 0, 0.25, 0),
        (4, 3, 0.5, 5.0),
    ],
)
def test_the_wait_ends_when_the_share_of_the_window_before_leaves_room(
    before: int, now: int, into: float, wait: float
) -> None:
    clock = Clock()
    window = SlidingWindow(RequestRate(4, 10), clock)
    for _ in range(before):
        window.count("a")
    clock.now += 10
    for _ in range(now):
        window.count("a")
    clock.now += 10 * into
    assert window.wait("a") == pytest.approx(wait)


def test_calls_of_two_windows_ago_do_not_count() -> None:
    clock = Clock()
    window = SlidingWindow(RequestRate(2, 10), clock)
    for _ in range(2):
        window.count("a")
    clock.now += 20
    assert window.wait("a") == 0


@pytest.mark.parametrize(
    ("text", "written"), [("5", "5/60"), ("100/1.5", "100/1.5"), ("7/0.1", "7/0.1"), ("1/86400", "1/86400")]
)
def test_a_rate_is_written_as_it_is_read(text: str, written: str) -> None:
    assert str(RequestRate.parse(text)) == written
    assert RequestRate.parse(written) == RequestRate.parse(text)


def test_a_rate_can_be_multiplied() -> None:
    assert RequestRate(5, 60).times(10) == RequestRate(50, 60)


@pytest.mark.parametrize("text", ["1/0.09", "1/86400.1"])
def test_a_rate_beyond_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"0\.1 to 86400 seconds"):
        RequestRate.parse(text)


async def test_the_rate_of_a_call_replaces_that_of_the_window() -> None:
    window = SlidingWindow(RequestRate(1, 60), Clock())
    assert [await window.hit("a", RequestRate(3, 60)) == 0 for _ in range(4)] == [True, True, True, False]
