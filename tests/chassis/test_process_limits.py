"""Limits of open files and core dumps that the system reports and accepts, or refuses."""

import sys
from typing import Any

import pytest
from mcp_chassis.process_limits import DEFAULT_FILES, file_limit, forbid_core_dumps, raise_file_limit

resource: Any = pytest.importorskip("resource")
Limits = dict[int, tuple[int, int]]


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Limits:
    """The limits of a process that only this test has."""
    known: Limits = {resource.RLIMIT_NOFILE: (256, 4096), resource.RLIMIT_CORE: (7, 9)}
    monkeypatch.setattr(resource, "getrlimit", known.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", known.__setitem__)
    return known


def test_the_limit_of_open_files_is_raised_to_the_hard_one(limits: Limits):
    assert file_limit() == 256
    assert raise_file_limit() == 4096
    assert limits[resource.RLIMIT_NOFILE] == (4096, 4096)


@pytest.mark.parametrize("error", [OSError, ValueError])
def test_a_system_that_refuses_leaves_the_limits_as_they_are(
    limits: Limits, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
):
    def refuse(kind: int, wanted: tuple[int, int]) -> None:
        raise error

    monkeypatch.setattr(resource, "setrlimit", refuse)
    forbid_core_dumps()
    assert raise_file_limit() == 256


def test_no_limit_is_a_very_large_number(limits: Limits):
    limits[resource.RLIMIT_NOFILE] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert file_limit() == sys.maxsize


def test_core_dumps_are_forbidden(limits: Limits):
    forbid_core_dumps()
    assert limits[resource.RLIMIT_CORE] == (0, 0)


def test_windows_has_no_limits_to_change(limits: Limits, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "win32")
    forbid_core_dumps()
    assert raise_file_limit() == file_limit() == DEFAULT_FILES == 1024
    assert limits == {resource.RLIMIT_NOFILE: (256, 4096), resource.RLIMIT_CORE: (7, 9)}
