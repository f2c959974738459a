"""Files that another process has open: Windows refuses to replace them, for a moment."""

import sys
from collections.abc import Callable

import pytest
from mcp_chassis.storage.shared_files import ATTEMPTS, PAUSE_SECONDS, when_free


def busy(times: int, error: type[OSError] = PermissionError) -> tuple[list[str], Callable[[], str]]:
    """An operation that fails some times, and the list of its attempts."""
    attempts: list[str] = []

    def operation() -> str:
        attempts.append("attempt")
        if len(attempts) <= times:
            raise error
        return "done"

    return attempts, operation


def test_on_windows_a_busy_file_is_tried_again_for_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    waited: list[float] = []
    attempts, operation = busy(3)
    assert when_free(operation, wait=waited.append) == "done"
    assert (len(attempts), waited) == (4, [PAUSE_SECONDS] * 3)
    assert ATTEMPTS * PAUSE_SECONDS == 1
    attempts, operation = busy(ATTEMPTS)
    with pytest.raises(PermissionError):
        when_free(operation, wait=waited.append)
    assert len(attempts) == ATTEMPTS


@pytest.mark.parametrize(("platform", "error"), [("linux", PermissionError), ("win32", FileNotFoundError)])
def test_another_failure_is_none_of_a_busy_file(
    platform: str, error: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    attempts, operation = busy(1, error)
    with pytest.raises(error):
        when_free(operation)
    assert len(attempts) == 1
