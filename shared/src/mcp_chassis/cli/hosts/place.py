"""Folders in which hosts keep a person's configuration, for each operating system."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """The system (`sys.platform`), the user's home folder and environment."""

    system: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> "Place":
        return cls(sys.platform, Path.home(), os.environ)

    def application_data(self) -> Path:
        """Folder of applications' settings: Application Support, AppData/Roaming or ~/.config."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        if self.system == "win32":
            return Path(self.environment.get("APPDATA") or self.home / "AppData" / "Roaming")
        return self.configuration()

    def local_data(self) -> Path:
        """Windows' folder of application data that stays on the machine: AppData/Local."""
        return Path(self.environment.get("LOCALAPPDATA") or self.home / "AppData" / "Local")

    def configuration(self) -> Path:
        return Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config")

    def named(self, variable: str, *default: str) -> Path:
        """The folder named by an environment variable, else the given one below the home folder."""
        return Path(self.environment.get(variable) or self.home.joinpath(*default))
