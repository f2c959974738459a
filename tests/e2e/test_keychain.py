"""`login` with the backends of the package `keyring`, loaded by keyring itself in processes of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from canaries import sightings
from keyring.testing.backend import BackendBasicTests
from person import Person
from sign_in_upstream import SignInUpstream, sign_in_upstream
from stored_keychain import StoredKeychain

pytestmark = pytest.mark.slow
SUPPORT = Path(__file__).parents[1] / "support"


class TestStoredKeychain(BackendBasicTests):
    """keyring's own tests of a backend, for the one that the other tests here use."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        StoredKeychain.path = str(tmp_path / "keychain.json")

    def init_keyring(self) -> StoredKeychain:
        return StoredKeychain()


def _person(folder: Path, server: str, upstream: SignInUpstream, backend: str) -> Person:
    prefix = f"{server.partition('_')[0].upper()}_"
    keyring = {"PYTHON_KEYRING_BACKEND": backend, "KEYRING_PROPERTY_PATH": str(folder / "keychain.json")}
    places = {"TOOLROLL_KEYCHAIN": "on", "PYTHONPATH": str(SUPPORT)}
    return Person(folder, server, {**upstream.environment(prefix), **keyring, **places})


def _seen(person: Person, upstream: SignInUpstream, *but: str) -> list[str]:
    """Where tokens stand: in the output, or in a file of the person's that is not one of `but`."""
    files = [path for path in person.folder.rglob("*") if path.is_file() and path.name not in but]
    texts = {path.name: path.read_text(errors="replace") for path in files}
    secrets = {f"secret {number}": secret for number, secret in enumerate(upstream.every_secret)}
    return sightings(secrets, {"output": person.output, **texts})


@pytest.mark.parametrize(("server", "member"), [("github_mcp", ""), ("slack_mcp", "authed_user")])
def test_tokens_are_in_the_keychain_and_nowhere_else(server: str, member: str, tmp_path: Path) -> None:
    with sign_in_upstream(member=member, expires_in=3600) as upstream:
        person = _person(tmp_path, server, upstream, "stored_keychain.StoredKeychain")
        assert person.runs("login").returncode == 0
        assert person.runs("check").returncode == 0
        upstream.access_tokens.clear()  # refused once: the token is refreshed and stored again
        assert person.runs("check").returncode == 0
        kept = json.loads((tmp_path / "keychain.json").read_text())
        assert _seen(person, upstream, "keychain.json") == []
        assert _seen(person, upstream) != []
        assert upstream.used[-1] in kept["toolroll"][f"{server.replace('_', '-')}/default"]
        assert person.runs("logout").returncode == 0
        assert _seen(person, upstream) == []


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"])
def test_without_a_usable_keychain_tokens_are_in_the_accounts_file_and_nowhere_else(
    backend: str, tmp_path: Path
) -> None:
    with sign_in_upstream(expires_in=3600) as upstream:
        person = _person(tmp_path, "github_mcp", upstream, backend)
        assert person.runs("login").returncode == 0
        assert person.runs("check").returncode == 0
        assert _seen(person, upstream, "accounts.json") == []
        assert _seen(person, upstream) != []
        assert sys.platform == "win32" or person.store.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not shutil.which("gnome-keyring-daemon"), reason="gnome-keyring is not installed")
def test_a_real_secret_service_stores_the_tokens(tmp_path: Path) -> None:
    """GNOME's keyring on a message bus of its own, through keyring's backend for the Secret Service."""
    with sign_in_upstream(expires_in=3600) as upstream:
        person = _person(tmp_path, "github_mcp", upstream, "keyring.backends.SecretService.Keyring")
        places = {"XDG_RUNTIME_DIR": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "PATH": os.environ["PATH"]}
        commands = " && ".join(f"{sys.executable} -m github_mcp {word}" for word in ("login", "check", "accounts"))
        script = f"printf pass | gnome-keyring-daemon --unlock --components=secrets && {commands}"
        bus = ["dbus-run-session", "--", "sh", "-c", script]
        environment = {**person.environment, **places}
        done = subprocess.run(bus, env=environment, capture_output=True, text=True, timeout=60, check=False)
        person.output = done.stdout + done.stderr
        assert done.returncode == 0, person.output
        assert upstream.used[-1] in upstream.access_tokens
        assert _seen(person, upstream) == []
        assert list((tmp_path / "data").rglob("*.keyring"))
