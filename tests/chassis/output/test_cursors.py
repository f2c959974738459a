import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_chassis.failures import InvalidInput
from mcp_chassis.output.cursors import Cursors, Position, binding

POSITIONS = st.builds(
    Position,
    own=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    skip=st.integers(0, 10**6),
    offset=st.integers(0, 10**9),
)
ALICE = binding("alice", "list_issues", {"repo": "a", "n": 1})


@given(POSITIONS)
def test_opening_a_cursor_returns_its_position(position: Position):
    cursors = Cursors(["k" * 32])
    assert cursors.open(cursors.seal(position, ALICE), ALICE) == position


@pytest.mark.parametrize(
    "other",
    [
        binding("bob", "list_issues", {"repo": "a", "n": 1}),
        binding("alice", "list_things", {"repo": "a", "n": 1}),
        binding("alice", "list_issues", {"repo": "b", "n": 1}),
        binding("alice", "list_issues", {"repo": "a"}),
    ],
    ids=["another caller", "another tool", "another argument", "one argument less"],
)
def test_a_cursor_is_valid_only_for_its_own_query(other: bytes):
    cursors = Cursors()
    with pytest.raises(InvalidInput, match="does not belong to this query"):
        cursors.open(cursors.seal(Position("7"), ALICE), other)


def test_the_order_of_arguments_does_not_change_the_query():
    assert binding("alice", "list_issues", {"n": 1, "repo": "a"}) == ALICE


@given(st.text(max_size=60))
def test_an_invalid_cursor_is_refused_in_one_sentence(made_up: str):
    with pytest.raises(InvalidInput, match="leave it out to start again"):
        Cursors().open(made_up, ALICE)


@pytest.mark.parametrize("index", range(0, 20, 3))
def test_a_cursor_that_was_changed_anywhere_is_refused(index: int):
    cursors = Cursors()
    raw = bytearray(base64.urlsafe_b64decode(cursors.seal(Position("abcdef"), ALICE) + "=="))
    raw[index % len(raw)] ^= 1
    with pytest.raises(InvalidInput):
        cursors.open(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), ALICE)


def test_every_key_verifies_cursors_and_the_first_one_signs():
    old, new = "o" * 32, "n" * 32
    sealed = Cursors([old]).seal(Position("7"), ALICE)
    assert Cursors([new, old]).open(sealed, ALICE) == Position("7")
    with pytest.raises(InvalidInput):
        Cursors([old]).open(Cursors([new, old]).seal(Position("7"), ALICE), ALICE)


def test_without_keys_each_process_has_its_own():
    with pytest.raises(InvalidInput):
        Cursors().open(Cursors().seal(Position("7"), ALICE), ALICE)


def test_a_cursor_is_short():
    assert len(Cursors().seal(Position("page=2"), ALICE)) <= 32
