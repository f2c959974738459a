"""`toolroll grants revoke`: ended at the upstream first, forgotten here afterwards."""

import base64
import contextlib
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from mcp_chassis.cli import main
from mcp_chassis.remote.accounts.encryption import TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from remote_acting import GRANT_KEY

TOKEN, SECRET = "the-token-that-alice-granted", "the-secret-of-the-app"
ROUTES = {"github": "DELETE /applications/toolroll/grant", "slack": "POST /auth.revoke"}
DONE = {"github": Reply(204), "slack": Reply(json={"ok": True, "revoked": True})}
GONE = {
    "github": Reply(404, json={"message": "Not Found"}),
    "slack": Reply(json={"ok": False, "error": "token_revoked"}),
}
REFUSED = {
    "github": [Reply(401, json={"message": "Bad credentials"}), Reply(422, json={"message": "Validation Failed"})],
    "slack": [Reply(json={"ok": False, "error": "invalid_auth"}), Reply(json={"ok": True, "revoked": False})],
}
UPSTREAMS = list(ROUTES)


@dataclass
class Kept:
    """A file of grants, and the upstream where alice's stands."""

    path: Path
    upstream: ScriptedUpstream

    async def put(self, mount: str, key: str = GRANT_KEY, **more: Any) -> None:
        grant = {"access_token": TOKEN, "refresh_token": None, "expires_at": None, **more}
        for person in ("alice", "bob"):
            sealed = TokenCipher([key]).seal({**grant, "mount": mount, "principal": f"oauth:{person}"})
            async with contextlib.aclosing(FileGrantStore(self.path)) as shelf:
                await shelf.put((mount, f"oauth:{person}"), sealed)

    async def people(self) -> list[str]:
        async with contextlib.aclosing(FileGrantStore(self.path)) as shelf:
            return [principal for _, principal in await shelf.all()]


@pytest.fixture
async def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Kept]:
    async with ScriptedUpstream() as upstream:
        environment = {
            "MCP_PUBLIC_URL": "http://localhost:8080",
            "MCP_API_KEY": "a-key-of-these-tests-0123456789",
            "MCP_GRANT_KEYS": GRANT_KEY,
            "MCP_GRANTS_FILE": str(tmp_path / "grants.sqlite3"),
            "MCP_CALL_DEADLINE": "5",
        }
        for name in UPSTREAMS:
            own = {"API_URL": upstream.url, "CLIENT_ID": "toolroll", "CLIENT_SECRET": SECRET}
            own["TOKEN_URL"] = f"{upstream.url}/token"
            environment |= {f"{name.upper()}_{variable}": value for variable, value in own.items()}
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        yield Kept(tmp_path / "grants.sqlite3", upstream)


async def _toolroll(*arguments: str) -> int:
    return await anyio.to_thread.run_sync(main, ["grants", *arguments])


def _asked_as(request: Request) -> tuple[str, str]:
    """The credential of a request and the person's token in it."""
    scheme, _, value = request.headers["authorization"].partition(" ")
    if scheme == "Basic":
        return base64.b64decode(value).decode(), json.loads(request.body)["access_token"]
    return scheme, value


@pytest.mark.parametrize("name", UPSTREAMS)
async def test_revoking_a_grant_revokes_it_at_the_upstream_and_deletes_it(
    name: str, kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.upstream.answers(ROUTES[name], DONE[name])
    await kept.put(name)
    code = await _toolroll("revoke", name, "oauth:alice")
    said = capsys.readouterr()
    credentials = [_asked_as(request) for request in kept.upstream.requests]
    assert (code, await kept.people()) == (0, ["oauth:bob"])
    assert credentials == [(f"toolroll:{SECRET}" if name == "github" else "Bearer", TOKEN)]
    assert said.out == f"oauth:alice is revoked at {name}, and deleted here.\n"
    assert [secret for secret in (TOKEN, SECRET) if secret in said.out + said.err] == []


@pytest.mark.parametrize("name", UPSTREAMS)
async def test_revoking_a_grant_already_invalid_at_the_upstream_deletes_it(name: str, kept: Kept) -> None:
    kept.upstream.answers(ROUTES[name], GONE[name])
    await kept.put(name)
    assert await _toolroll("revoke", name, "oauth:alice") == 0
    assert await kept.people() == ["oauth:bob"]


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("name", UPSTREAMS)
async def test_a_failed_revocation_keeps_the_grant_unless_anyway_is_given(
    name: str, kind: int, kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.upstream.answers(ROUTES[name], REFUSED[name][kind])
    await kept.put(name)
    first = await _toolroll("revoke", name, "oauth:alice")
    said, people = capsys.readouterr().err, await kept.people()
    second = await _toolroll("revoke", "--anyway", name, "oauth:alice")
    assert (first, second) == (1, 1)
    assert said.startswith(f"oauth:alice is not revoked at {name}. ")
    assert "Still stored here" in said
    assert people == ["oauth:alice", "oauth:bob"]
    assert "Deleted here anyway" in capsys.readouterr().err
    assert await kept.people() == ["oauth:bob"]


async def test_an_unreachable_upstream_keeps_the_grant(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    await kept.upstream.refuse()
    await kept.put("slack")
    assert await _toolroll("revoke", "slack", "oauth:alice") == 1
    assert "is not revoked at slack" in capsys.readouterr().err
    assert await kept.people() == ["oauth:alice", "oauth:bob"]


async def test_an_expired_token_is_renewed_before_it_is_revoked(kept: Kept) -> None:
    kept.upstream.answers("POST /token", Reply(json={"access_token": "fresh", "expires_in": 3600}))
    kept.upstream.answers(ROUTES["github"], DONE["github"])
    await kept.put("github", refresh_token="r", expires_at=time.time() - 60)
    assert await _toolroll("revoke", "github", "oauth:alice") == 0
    assert [_asked_as(asked)[1] for asked in kept.upstream.asked(ROUTES["github"])] == ["fresh"]


async def test_a_grant_encrypted_with_an_unknown_key_is_reported_and_kept(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    await kept.put("github", key="another-key-of-at-least-32-characters")
    assert await _toolroll("revoke", "github", "oauth:alice") == 1
    assert "a key that is not in MCP_GRANT_KEYS" in capsys.readouterr().err
    assert await kept.people() == ["oauth:alice", "oauth:bob"]
    assert kept.upstream.requests == []


async def test_revoking_a_missing_grant_is_an_error(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert await _toolroll("revoke", "github", "oauth:alice") == 1
    assert capsys.readouterr().err == "oauth:alice has no grant at github.\n"


@pytest.mark.parametrize(("name", "why"), [("nothing", "is installed"), ("github", "its client id is not set here")])
async def test_revoking_without_a_configured_sign_in_is_an_error(
    name: str, why: str, kept: Kept, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_CLIENT_ID")
    await kept.put(name)
    assert await _toolroll("revoke", name, "oauth:alice") == 1
    assert why in capsys.readouterr().err
    assert await kept.people() == ["oauth:alice", "oauth:bob"]
