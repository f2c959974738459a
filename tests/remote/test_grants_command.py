"""What `toolroll grants` does."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from mcp_chassis.cli import main
from mcp_chassis.remote.accounts.encryption import TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore

OLD, NEW = "o" * 32, "n" * 32


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "grants.sqlite3"
    monkeypatch.setenv("MCP_GRANTS_FILE", str(path))
    monkeypatch.setenv("MCP_GRANT_KEYS", f"{NEW},{OLD}")
    asyncio.run(_put(path))
    return path


async def _put(path: Path) -> None:
    async with contextlib.aclosing(FileGrantStore(path)) as shelf:
        for person in ("alice", "bob"):
            await shelf.put(("github", f"oauth:{person}"), TokenCipher([OLD]).seal({"access_token": person}))


async def _sealed(path: Path) -> list[str]:
    async with contextlib.aclosing(FileGrantStore(path)) as shelf:
        return list((await shelf.all()).values())


def test_the_list_shows_who_has_granted_and_no_token(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grants", "list"]) == 0
    assert capsys.readouterr().out == "github  oauth:alice\ngithub  oauth:bob\n"


def test_a_forgotten_grant_is_gone_and_another_stays(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grants", "forget", "github", "oauth:alice"]) == 0
    assert main(["grants", "forget", "github", "oauth:alice"]) == 1
    capsys.readouterr()
    main(["grants", "list"])
    assert capsys.readouterr().out == "github  oauth:bob\n"


def test_after_rotating_the_new_key_alone_opens_every_grant(file: Path) -> None:
    assert main(["grants", "rotate"]) == 0
    assert [TokenCipher([NEW]).open(sealed)["access_token"] for sealed in asyncio.run(_sealed(file))] == [
        "alice",
        "bob",
    ]


def test_a_grant_of_an_unknown_key_is_named_and_the_others_are_rotated(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MCP_GRANT_KEYS", NEW)
    assert main(["grants", "rotate"]) == 1
    assert "oauth:alice at github" in capsys.readouterr().err


def test_a_file_that_cannot_be_opened_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MCP_GRANTS_FILE", str(tmp_path))
    assert main(["grants", "list"]) == 1
    assert "cannot look up" in capsys.readouterr().err
