"""Files of records: their folder, who can read them, how many there are, and what invalidates one."""

import os
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.stdio.front import conditions, record

SERVER = "sample.server:SERVER"
ANSWERS = {"2025-11-25": {"ping": b"{}", "tools/list": b"[1]"}, "2026-07-28": {"tools/list": b"[1]"}}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path), "SETTING": "value"}


def head(**changes: Any) -> dict[str, Any]:
    kinds = {name: {} for name in ("variables", "secrets", "secret_files", "kinds", "contents", "files")}
    met = {"interpreter": conditions.interpreter(), "families": [], "names": [], **kinds}
    return {"conditions": {**met, **changes}, "warm_up": 1.5}


def files(environment: dict[str, str]) -> list[str]:
    return sorted(path.name for path in Path(record.folder(environment)).iterdir())


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/cache"}, "/cache"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "relative"}, "/home/a/.cache"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": " "}, "/home/a/.cache"),
        ({"HOME": "/home/a"}, "/home/a/.cache"),
    ],
)
def test_the_folder_is_in_the_cache_folder_of_the_user(
    variables: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert record.folder(variables) == f"{place}/toolroll/front"


def test_a_record_is_found_with_its_results_and_its_warm_up(environment: dict[str, str]) -> None:
    assert record.find(SERVER, environment) is None
    record.write(SERVER, environment, head(), ANSWERS)
    found = record.find(SERVER, environment)
    assert found is not None
    assert (found.answers, found.warm_up) == (ANSWERS, 1.5)
    assert record.find("other.server:SERVER", environment) is None
    path = Path(record.folder(environment), *files(environment))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_record_that_others_can_access_is_not_used(environment: dict[str, str], mode: int) -> None:
    record.write(SERVER, environment, head(), ANSWERS)
    Path(record.folder(environment), *files(environment)).chmod(mode)
    assert record.find(SERVER, environment) is None


def test_a_folder_that_others_can_access_is_neither_read_nor_written(environment: dict[str, str]) -> None:
    record.write(SERVER, environment, head(), ANSWERS)
    Path(record.folder(environment)).chmod(0o750)
    assert record.find(SERVER, environment) is None
    with pytest.raises(PermissionError, match="chmod 700"):
        record.write(SERVER, environment, head(), ANSWERS)


def test_a_link_to_a_record_is_not_used(environment: dict[str, str], tmp_path: Path) -> None:
    record.write(SERVER, environment, head(), ANSWERS)
    path = Path(record.folder(environment), *files(environment))
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert record.find(SERVER, environment) is None


def test_a_record_that_cannot_be_put_in_place_leaves_no_file(environment: dict[str, str]) -> None:
    record.write(SERVER, environment, head(), ANSWERS)
    path = Path(record.folder(environment), *files(environment))
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match=path.name):
        record.write(SERVER, environment, head(), ANSWERS)
    assert files(environment) == [path.name]


def test_of_more_than_64_records_the_oldest_are_removed(environment: dict[str, str]) -> None:
    for number in range(66):
        record.write(f"s{number}.server:SERVER", environment, head(), ANSWERS)
        [path] = [each for each in Path(record.folder(environment)).iterdir() if each.name.startswith(f"s{number}-")]
        os.utime(path, ns=(number, number))
    left = [number for number in range(66) if record.find(f"s{number}.server:SERVER", environment)]
    assert left == list(range(2, 66))
    record.write("last.server:SERVER", environment, head(), ANSWERS)
    assert len(files(environment)) == 64


CONDITIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "a variable with its value": ({"variables": {"SETTING": conditions.text_digest("value")}}, True),
    "a variable with another value": ({"variables": {"SETTING": conditions.text_digest("other")}}, False),
    "a variable that is set now": ({"variables": {"SETTING": None}}, False),
    "an absent variable": ({"variables": {"ABSENT": None}}, True),
    "a family with its names": ({"families": ["SET"], "names": ["SETTING"]}, True),
    "a family with other names": ({"families": ["SET"], "names": []}, False),
    "another interpreter": ({"interpreter": ["other"]}, False),
    "a secret that its setting accepts": ({"secrets": {"SETTING": "[a-z]+"}}, True),
    "a secret that its setting may refuse": ({"secrets": {"SETTING": "[a-z]{4}"}}, False),
    "a secret without a pattern": ({"secrets": {"SETTING": None}}, False),
    "an absent secret": ({"secrets": {"ABSENT": None}}, True),
    "a secret that is absent now": ({"secrets": {"ABSENT": "[a-z]+"}}, False),
    "a secret file that is absent now": ({"secret_files": {"/nowhere": "[a-z]+"}}, False),
    "a folder": ({"kinds": {"/": "folder", "/nowhere": None}}, True),
    "a folder that was a file": ({"kinds": {"/": "file"}}, False),
    "a file that was a folder": ({"kinds": {__file__: "folder"}}, False),
    "a content that is the same": ({"contents": {__file__: conditions.content_digest(__file__)}}, True),
    "a content that has changed": ({"contents": {__file__: conditions.digest(b"")}}, False),
    "a version that is the same": ({"files": {__file__: conditions.file_version(__file__), "/nowhere": None}}, True),
    "a version that has changed": ({"files": {__file__: [0, 0]}}, False),
}


@pytest.mark.parametrize("kind", CONDITIONS)
def test_a_record_is_used_while_its_conditions_are_met(environment: dict[str, str], kind: str) -> None:
    changes, met = CONDITIONS[kind]
    record.write(SERVER, environment, head(**changes), ANSWERS)
    assert (record.find(SERVER, environment) is not None) is met
