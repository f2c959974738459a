"""Two servers whose spans are exported: GitHub's, and one whose tools fail with a secret in the text."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar

from github_mcp.server import SERVER as GITHUB
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.command import serve
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import Secret, ServerSettings, SettingsConfigDict
from mcp_chassis.tools import Connected, reads
from pydantic import Field

CONTROL = "a word of the exception that may be seen"


class LeakySettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="LEAKY_")

    token: Secret = Field(default=Secret("unset"), description="A secret.")


Token = Annotated[str, Connected]


class Nothing(Result):
    text: str = ""


@reads("Bug")
async def bug(token: Token) -> Nothing:
    """Fail with a bug whose text holds the secret."""
    raise RuntimeError(f"{CONTROL}: Bearer {token}")


@reads("Foreseen")
async def foreseen(token: Token) -> Nothing:
    """Fail as foreseen, with the secret in the reason."""
    raise Unavailable(f"The upstream echoes {token}.")


@reads("Protocol")
async def protocol(token: Token) -> Nothing:
    """Fail with an error of the protocol that holds the secret."""
    raise MCPError(-32000, f"no {token}")


@asynccontextmanager
async def connect(settings: LeakySettings) -> AsyncGenerator[str]:
    yield settings.token.get_secret_value()


LEAKY = Server(
    name="leaky-mcp",
    distribution="toolroll-core",
    settings=LeakySettings,
    connect=connect,
    instructions="Fails.",
    tools=(bug, foreseen, protocol),
    draft=True,
)

if __name__ == "__main__":
    sys.exit(serve({"/github": GITHUB, "/leaky": LEAKY}))
