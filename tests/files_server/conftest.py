"""An allowed folder, and files outside it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
from files_server.folder import uri_of
from files_server.server import SERVER
from mcp.client import Client
from mcp_chassis.testing import connected

SECRET = "outside"


@dataclass(frozen=True)
class Ground:
    """`allowed` may be read; `evil` has the same beginning and may not."""

    allowed: Path
    evil: Path

    def uri(self, name: str) -> str:
        return uri_of(self.allowed / name)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path / "allowed", tmp_path / "allowed_evil")
    for folder in (ground.allowed / "sub", ground.evil):
        folder.mkdir(parents=True)
    (ground.allowed / "notes.md").write_text("# Notes\n")
    (ground.allowed / "sub" / "data.json").write_text('{"a": 1}')
    (ground.allowed / "pixel.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (ground.evil / "secret.txt").write_text(SECRET)
    (tmp_path / "secret.txt").write_text(SECRET)
    (ground.allowed / "link.txt").symlink_to(ground.evil / "secret.txt")
    (ground.allowed / "way").symlink_to(ground.evil)
    (ground.allowed / "within.md").symlink_to(ground.allowed / "notes.md")
    return ground


@pytest.fixture
async def client(ground: Ground) -> AsyncGenerator[Client]:
    async with connected(SERVER, env={"ALLOWED_DIR": str(ground.allowed)}) as client:
        yield client
