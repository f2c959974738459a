"""A sign-in that has begun is finished once, in the browser and at the server where it began."""

from pathlib import Path

import pytest
from mcp_chassis.remote.accounts.begun_sign_ins import BegunSignIns
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore

CIPHER = TokenCipher(["k" * 40])


async def test_it_is_finished_in_its_own_browser_and_once(tmp_path: Path) -> None:
    sign_ins = BegunSignIns("github", FileGrantStore(tmp_path / "grants"), CIPHER)
    state, verifier, browser = await begun(sign_ins)
    finished = await sign_ins.finish(state, browser)
    assert (finished.principal, finished.verifier) == ("key:ci", verifier)
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish(state, browser)


async def test_another_browser_does_not_finish_it_and_uses_it_up(tmp_path: Path) -> None:
    sign_ins = BegunSignIns("github", FileGrantStore(tmp_path / "grants"), CIPHER)
    state, _, browser = await begun(sign_ins)
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish(state, f"{browser}x")
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish(state, browser)


async def test_a_state_that_nobody_began_is_refused(tmp_path: Path) -> None:
    sign_ins = BegunSignIns("github", FileGrantStore(tmp_path / "grants"), CIPHER)
    with pytest.raises(DecryptionFailed):
        await sign_ins.finish("made-up", "made-up")


async def begun(sign_ins: BegunSignIns) -> tuple[str, str, str]:
    found = await sign_ins.begin("key:ci", "ticket")
    assert found is not None
    return found
