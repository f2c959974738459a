"""Copies of the tree with a Python environment of their own, so that a mutant never touches the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
LINKED_TOOLS = ("node", "uv")


@contextmanager
def copied_tree(*pth_lines: str) -> Generator[Path]:
    """A copy of every file that git does not ignore; `pth_lines` run at each start of its Python."""
    with TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for file in filter(None, listed.stdout.split("\0")):
            if (ROOT / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, folder / file, follow_symlinks=False)
        (folder / ".tools").mkdir()
        for tool in LINKED_TOOLS:
            if (ROOT / ".tools" / tool).exists():
                (folder / ".tools" / tool).symlink_to((ROOT / ".tools" / tool).resolve())
        _make_environment(folder, pth_lines)
        yield folder


def python(folder: Path) -> Path:
    return folder / ".venv" / "bin" / "python"


def _make_environment(folder: Path, pth_lines: tuple[str, ...]) -> None:
    """The checkout's packages and commands, with the copy's own sources before them."""
    venv.create(folder / ".venv", symlinks=True)
    installed = Path(sysconfig.get_path("purelib"))
    [packages] = (folder / ".venv").glob("lib/python*/site-packages")
    sources = [folder / path.relative_to(ROOT) for path in source_folders()]
    lines = [*map(str, sources), f"import site; site.addsitedir({str(installed)!r})", *pth_lines]
    (packages / "copy.pth").write_text("\n".join(lines) + "\n")
    for command in Path(sysconfig.get_path("scripts")).iterdir():
        if command.is_file() and not command.is_symlink() and not command.name.startswith("python"):
            _copy_command(command, folder / ".venv" / "bin" / command.name)


def _copy_command(command: Path, target: Path) -> None:
    content = command.read_bytes()
    ours = content.replace(str(Path(sys.prefix)).encode(), str(target.parents[1]).encode())
    if ours == content:
        target.symlink_to(command)
    else:
        target.write_bytes(ours)
        target.chmod(0o755)


def source_folders() -> list[Path]:
    """The folder of importable code of each workspace member."""
    return [ROOT / "shared" / "src", *sorted(ROOT.glob("packages/*/src")), *sorted(ROOT.glob("examples/*/src"))]


def environment() -> dict[str, str]:
    """What a run of tests in a copy gets: nothing of the checkout's environment, and no bytecode of mutants."""
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    ours = {name: value for name, value in os.environ.items() if name not in dropped}
    return ours | {"PYTHONDONTWRITEBYTECODE": "1"}
