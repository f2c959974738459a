"""Run some tests on every supported Python that is here, besides the one that runs this.

other_pythons.py UV PYTEST_ARGUMENT...
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13")


def main(uv: str, *arguments: str) -> int:
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    failed = [version for version in SUPPORTED if version != ours and not passes(uv, version, arguments)]
    return 1 if failed else 0


def passes(uv: str, version: str, arguments: tuple[str, ...]) -> bool:
    """Whether the tests pass on `version`, also when it is not here."""
    python = interpreter(version)
    if python is None:
        print(f"Python {version} is not here: not tested", flush=True)
        return True
    print(f"Python {version}:", flush=True)
    install = ["--quiet", "--all-packages", "--group=test", "--compile-bytecode", "--python", python]
    command = [uv, "run", *install, "pytest", *arguments]
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": f".tools/python{version}"}
    return subprocess.run(command, env=environment, check=False).returncode == 0


def interpreter(version: str) -> str | None:
    """A Python of that version: on PATH, or among pyenv's, whose shims stand on PATH but often refuse to run."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{version}"), *map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))]
    return next((python for python in candidates if python and runs(python, version)), None)


def runs(python: str, version: str) -> bool:
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip() == version


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
