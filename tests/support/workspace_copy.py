"""The files that decide which versions are installed, in a folder of their own, and the uv that reads them."""

import os
import shutil
from pathlib import Path

from services import ROOT, require

DECLARATIONS = ("pyproject.toml", "requirements.lock", "uv.lock", "scripts/lock.py", "scripts/install.py")
MEMBERS = ("shared", "packages/*", "examples/*")


def copy_of_declarations(folder: Path) -> Path:
    """Copy the declarations of the workspace and of its members, without their sources, into `folder`."""
    members = [path for member in MEMBERS for path in ROOT.glob(f"{member}/pyproject.toml")]
    for path in [*(ROOT / name for name in DECLARATIONS), *members]:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return folder


def uv() -> str:
    require("uv")
    return os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".tools" / "uv" / "bin" / "uv")
