"""The failure that a call reports after it has sent a write."""

import asyncio

import pytest
from mcp_chassis.failures import Conflict, Failure, InternalError, NotFound, OutcomeUnknown, UpstreamError
from mcp_chassis.upstream.sent_writes import unclear_after_write, write_sent

ACCEPTED = "Acme accepted the change, but then the call failed."
REPORTED = {
    "no write": ([], NotFound("Gone."), NotFound, "Gone."),
    "a write": ([False], NotFound("Gone."), OutcomeUnknown, f"{ACCEPTED} Gone."),
    "a repeatable write": ([True], NotFound("Gone."), NotFound, "Gone."),
    "a repeatable write and another": ([True, False], NotFound("Gone."), OutcomeUnknown, f"{ACCEPTED} Gone."),
    "a write and a repeatable one": ([False, True], NotFound("Gone."), OutcomeUnknown, f"{ACCEPTED} Gone."),
    "a repeatable write and an unexpected response": (
        [True],
        UpstreamError("Odd."),
        OutcomeUnknown,
        f"{ACCEPTED} Odd.",
    ),
    "a repeatable write and a bug": (
        [True],
        InternalError(),
        OutcomeUnknown,
        "Acme accepted the change, but this server then failed in a way it did not foresee.",
    ),
    "a write and an outcome that is unknown already": ([False], OutcomeUnknown("Lost."), OutcomeUnknown, "Lost."),
}


def reported(failure: Exception, *writes: bool | None) -> BaseException | None:
    """The error of a call that sends writes (repeatable or not; None where it does not say) and then fails."""
    try:
        with unclear_after_write():
            for repeatable in writes:
                write_sent("Acme") if repeatable is None else write_sent("Acme", repeatable=repeatable)
            raise failure
    except (Failure, ZeroDivisionError) as error:
        return error


@pytest.mark.parametrize("kind", REPORTED)
def test_a_failure_after_a_write_that_is_not_repeatable_leaves_the_outcome_unknown(kind: str) -> None:
    writes, failure, kind_reported, reason = REPORTED[kind]
    found = reported(failure, *writes)
    assert isinstance(found, Failure)
    assert (type(found), found.reason) == (kind_reported, reason)
    assert (found is failure) is (kind_reported is type(failure))


def test_a_write_counts_as_not_repeatable_unless_the_caller_says_otherwise() -> None:
    assert isinstance(reported(NotFound("Gone."), None), OutcomeUnknown)


def test_the_unknown_outcome_has_the_details_and_the_cause_of_the_failure() -> None:
    failure = Conflict("Changed.", details={"version": 2})
    found = reported(failure, False)
    assert isinstance(found, OutcomeUnknown)
    assert (found.details, found.__cause__) == ({"version": 2}, failure)


def test_an_error_that_is_not_a_failure_is_left_alone() -> None:
    assert isinstance(reported(ZeroDivisionError(), False), ZeroDivisionError)


async def test_a_write_of_a_child_task_counts() -> None:
    async def child() -> None:
        write_sent("Acme")

    async def call() -> None:
        with unclear_after_write():
            await asyncio.create_task(child())
            raise NotFound("Gone.")

    with pytest.raises(OutcomeUnknown):
        await call()


def test_writes_before_and_after_a_block_do_not_count_in_it() -> None:
    for _ in range(2):
        write_sent("Acme")
        assert isinstance(reported(NotFound("Gone.")), NotFound)


def test_a_block_inside_another_has_writes_of_its_own() -> None:
    with unclear_after_write():
        write_sent("Acme")
        inner = reported(NotFound("Gone."))
    assert isinstance(inner, NotFound)


def test_after_a_block_inside_another_the_writes_of_the_outer_one_count() -> None:
    def call() -> None:
        with unclear_after_write():
            write_sent("Acme")
            reported(NotFound("Gone."))
            raise NotFound("Later.")

    with pytest.raises(OutcomeUnknown, match="Later"):
        call()
