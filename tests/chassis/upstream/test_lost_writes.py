"""Writes whose response was lost: repetitions, look-ups, and the failure that is reported."""

import anyio
import pytest
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Effect, NotFound, OutcomeUnknown, RateLimited, TimedOut, Unavailable
from mcp_chassis.upstream.retry import Repeat
from upstream_calls import Attempts, Listener, down


async def test_an_idempotent_write_is_repeated_once_after_a_lost_response(acme):
    attempts = Attempts(down(Effect.NEVER_SENT), down(), down())
    with pytest.raises(OutcomeUnknown):
        await acme(retry_attempts=6).call(attempts, repeat=Repeat.ONCE)
    assert attempts.made == 3


async def test_a_lost_write_whose_repetition_is_rate_limited_has_an_unknown_outcome(acme):
    with pytest.raises(OutcomeUnknown):
        await acme().call(
            Attempts(down(), RateLimited("No.", retry_after_seconds=9999, effect=Effect.REJECTED)), repeat=Repeat.ONCE
        )


async def test_a_write_never_sent_is_unavailable_after_six_attempts(acme):
    attempts = Attempts(*[down(Effect.NEVER_SENT)] * 9)
    with pytest.raises(Unavailable):
        await acme().call(attempts, repeat=Repeat.NEVER)
    assert attempts.made == 6


async def test_the_failure_of_a_lost_write_says_what_to_check(acme):
    with pytest.raises(OutcomeUnknown) as caught:
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, check="Look with list_things.")
    assert caught.value.message == (
        "The response of Acme to a change was lost or does not confirm it: Down. "
        "It may have happened. Look with list_things."
    )


async def test_a_look_up_has_the_rest_of_the_deadline(acme):
    async def hang() -> str:
        await anyio.sleep_forever()
        return "never"

    with Deadline(0.3).running() as deadline, pytest.raises(OutcomeUnknown):
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, recover=hang)
    assert not deadline.expired


async def test_a_look_up_that_finds_nothing_leaves_the_outcome_unknown(acme):
    async def nothing() -> None:
        return None

    with pytest.raises(OutcomeUnknown):
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, recover=nothing)


async def test_a_write_cancelled_before_it_was_sent_is_a_timeout(acme):
    with Deadline(0.2).running(), pytest.raises(TimedOut):
        await acme().call(anyio.sleep_forever, repeat=Repeat.NEVER, sent=lambda: False)
    with Deadline(0.2).running(), pytest.raises(OutcomeUnknown):
        await acme().call(anyio.sleep_forever, repeat=Repeat.NEVER, sent=lambda: True)


async def test_a_cancelled_write_may_have_happened_unless_its_caller_knows_that_it_was_not_sent(acme):
    with Deadline(0.2).running(), pytest.raises(OutcomeUnknown):
        await acme().call(anyio.sleep_forever, repeat=Repeat.NEVER)


async def test_a_look_up_that_finds_the_change_returns_it_and_the_observer_is_notified(acme):
    async def found() -> str:
        return "found"

    listener = Listener()
    upstream = acme(observer=listener)
    assert await upstream.call(Attempts(down()), repeat=Repeat.NEVER, recover=found) == "found"
    assert listener.messages == ["Acme's response was lost; looking up whether the change was made."]


async def test_a_look_up_that_fails_leaves_the_outcome_unknown(acme):
    async def fail() -> str:
        raise NotFound("No.")

    with pytest.raises(OutcomeUnknown):
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, recover=fail)


@pytest.mark.parametrize(
    ("repeat", "check", "ends"),
    [
        (Repeat.ONCE, "", "It may have happened; the same call can be made again safely."),
        (Repeat.ONCE, "Look with list_things.", "Down. Look with list_things."),
        (Repeat.NEVER, "", "It may have happened: check before doing it again."),
        (Repeat.NEVER, "Look with list_things.", "It may have happened. Look with list_things."),
    ],
)
async def test_the_remedy_of_an_unknown_outcome_depends_on_the_kind_of_the_write(acme, repeat, check, ends):
    lost = Unavailable("Down.", effect=Effect.AMBIGUOUS, details={"id": 7})
    with pytest.raises(OutcomeUnknown) as caught:
        await acme(retry_attempts=1).call(Attempts(lost), repeat=repeat, check=check)
    assert caught.value.message.endswith(ends)
    assert caught.value.details == {"id": 7}
