"""A sign-in that has begun is finished once, in the browser and at the server where it began."""

from pathlib import Path

import pytest
from mcp_chassis.remote.accounts.begun_sign_ins import BegunSignIns
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore

CIPHER = TokenCipher(["k" * 40])


async def test_a_sign_in_is_finished_once_in_the_browser_that_began_it(tmp_path: Path) -> None:
    sign_ins = BegunSignIns("github", FileGrantStore(tmp_path / "grants"), CIPHER)
    state, verifier, browser = await begun(sign_ins)
    finished = await sign_ins.finish(state, browser)
    assert (finished.principal, finished.verifier) == ("key:ci", verifier)
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish(state, browser)


async def test_another_browser_does_not_finish_a_sign_in_and_ends_it(tmp_path: Path) -> None:
    sign_ins = BegunSignIns("github", FileGrantStore(tmp_path / "grants"), CIPHER)
    state, _, browser = await begun(sign_ins)
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish(state, f"{browser}x")
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish(state, browser)


async def test_an_unknown_state_is_refused(tmp_path: Path) -> None:
    sign_ins = BegunSignIns("github", FileGrantStore(tmp_path / "grants"), CIPHER)
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish("made-up", "made-up")


async def begun(sign_ins: BegunSignIns) -> tuple[str, str, str]:
    found = await sign_ins.begin("key:ci", "ticket")
    assert found is not None
    return found
