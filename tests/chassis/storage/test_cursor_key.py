"""The key under which the command `call` signs cursors."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mcp_chassis.storage.cursor_key import cursor_key


def test_the_same_key_is_given_again(tmp_path: Path) -> None:
    assert cursor_key(tmp_path / "state") == cursor_key(tmp_path / "state")


def test_every_user_has_another_key(tmp_path: Path) -> None:
    assert cursor_key(tmp_path / "ana") != cursor_key(tmp_path / "kenji")


def test_only_its_owner_may_read_the_key_and_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    cursor_key(tmp_path / "state")
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["cursor.key"]
    assert stat.S_IMODE((tmp_path / "state" / "cursor.key").stat().st_mode) == 0o600


def test_calls_that_begin_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: cursor_key(tmp_path), range(64)))
    assert len(keys) == 1
    assert keys != {None}


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_file_without_a_valid_key_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cursor.key").write_bytes(content)
    assert cursor_key(tmp_path) is None


def test_without_a_writable_folder_there_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert cursor_key(tmp_path / "file" / "state") is None


@pytest.mark.parametrize(("length", "is_used"), [(31, False), (32, True)])
def test_a_key_is_used_from_32_characters(tmp_path: Path, length: int, is_used: bool) -> None:
    (tmp_path / "cursor.key").write_text(f" {'k' * length}\n")
    assert cursor_key(tmp_path) == ("k" * length if is_used else None)


def test_a_new_key_has_256_bits(tmp_path: Path) -> None:
    assert len(cursor_key(tmp_path) or "") == 43
