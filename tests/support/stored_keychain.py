"""A keychain of keyring's interface in a file that several processes share; keyring loads it by its own variables.

`PYTHON_KEYRING_BACKEND=stored_keychain.StoredKeychain` chooses it, `KEYRING_PROPERTY_PATH` sets its file.
"""

import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class StoredKeychain(KeyringBackend):
    """Passwords by service and user name in a JSON file."""

    priority = 1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]
    path = ""

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        found = self._read()
        found.setdefault(service, {})[username] = password
        Path(self.path).write_text(json.dumps(found))

    def delete_password(self, service: str, username: str) -> None:
        found = self._read()
        if username not in found.get(service, {}):
            raise PasswordDeleteError("there is no such password")
        del found[service][username]
        Path(self.path).write_text(json.dumps(found))

    def _read(self) -> dict[str, dict[str, str]]:
        path = Path(self.path)
        return json.loads(path.read_text()) if path.exists() else {}
