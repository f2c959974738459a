"""What `make setup` and `make demo` say when the package index does not answer as it should."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import Path

import anyio
import pytest
from certificates import company_certificate
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from workspace_copy import copy_of_declarations, uv

Install = Callable[..., "subprocess.CompletedProcess[str]"]
NOT_TRUSTED = "The certificate of the package index is not trusted."
NOT_REACHED = "The package index cannot be reached:"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def index(certificate: Path) -> AsyncGenerator[ScriptedUpstream]:
    """A package index behind a certificate that no system trusts; it knows no package."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "server.pem")
    async with ScriptedUpstream(tls=context) as scripted:
        scripted.answers("GET *", Reply(404))
        yield scripted


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """The installer in a workspace that nobody has installed, with an empty cache."""
    program = copy_of_declarations(tmp_path / "workspace") / "scripts" / "install.py"
    (tmp_path / "workspace" / "uv.lock").unlink()

    def run(index: str, **more: str) -> "subprocess.CompletedProcess[str]":
        hidden = {"SSL_CERT_FILE", "SSL_CERT_DIR", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS"}
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment |= {"UV_CACHE_DIR": str(tmp_path / "cache"), "UV_DEFAULT_INDEX": index, "UV_HTTP_RETRIES": "0"}
        command = [sys.executable, program, "servers", uv()]
        return subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False)

    return run


async def test_a_certificate_that_is_not_trusted_is_named_with_the_setting_that_mends_it(
    index: ScriptedUpstream, install: Install
) -> None:
    run = await anyio.to_thread.run_sync(partial(install, f"{index.url}/simple"))
    assert run.returncode != 0
    assert NOT_TRUSTED in run.stderr
    assert "SSL_CERT_FILE" in run.stderr.splitlines()[-1]


async def test_the_authority_of_ssl_cert_file_is_trusted(
    index: ScriptedUpstream, install: Install, certificate: Path
) -> None:
    run = await anyio.to_thread.run_sync(
        partial(install, f"{index.url}/simple", SSL_CERT_FILE=str(certificate / "ca.pem"))
    )
    assert NOT_TRUSTED not in run.stderr
    assert index.requests


def test_an_index_that_is_not_there_is_said_to_be_unreachable(install: Install) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        run = install(f"http://127.0.0.1:{free.getsockname()[1]}/simple")
    assert run.returncode != 0
    assert run.stderr.splitlines()[-1].startswith(NOT_REACHED)
