"""Somebody who runs commands of a server in processes of their own, with an empty home and a browser that obeys."""

import subprocess
import sys
from pathlib import Path

from forked import run_forked
from mcp_chassis.testing.raw import without_path
from sign_in_upstream import SignInUpstream

BROWSER = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"


class Person:
    """Somebody with an empty home who runs commands of a server."""

    def __init__(self, folder: Path, server: str, environment: dict[str, str]) -> None:
        self.folder, self.server = folder, server
        self.store = folder / "accounts.json"
        (folder / "env").touch()
        browser = folder / "browser.py"
        browser.write_text(BROWSER)
        own = {"TOOLROLL_ACCOUNTS_FILE": str(self.store), "TOOLROLL_ENV_FILE": str(folder / "env")}
        self.environment = without_path(
            HOME=str(folder), BROWSER=f"{sys.executable} {browser} %s", NO_PROXY="127.0.0.1", **own, **environment
        )
        self.environment.setdefault("TOOLROLL_KEYCHAIN", "off")
        self.output = ""

    def runs(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in {**self.environment, **more}.items() if value}
        done = run_forked([self.server, *arguments], environment)
        self.output += done.stdout + done.stderr
        return done

    def leaks(self, upstream: SignInUpstream) -> list[str]:
        """The secrets that stand anywhere but in the store."""
        places = [path for path in self.folder.rglob("*") if path.is_file() and path != self.store]
        texts = [self.output, *(path.read_text(errors="replace") for path in places)]
        return [each for each in upstream.every_secret if any(each in text for text in texts)]
