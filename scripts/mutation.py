"""Break single lines of modules and count how many breaks a test notices: `make mutation`, or with names of modules.

mutmut wants sources and tests side by side, so both are copied into a folder of their own first. A module can be broken
here when its tests need no service.
"""

import shutil
import subprocess
import sys
import tempfile
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "shared" / "src" / "mcp_chassis"
REMOTE = CORE / "remote"
DATABASE = ROOT / "packages" / "database-mcp" / "src" / "database_mcp"
TESTS = {
    CORE / "failures.py": ("chassis/test_failures.py",),
    CORE / "retry.py": ("chassis/test_retry.py",),
    CORE / "text.py": ("chassis/test_text.py",),
    REMOTE / "jwks.py": ("remote/test_jwks.py",),
    REMOTE / "key_file.py": ("remote/test_key_file.py",),
    REMOTE / "keys.py": ("remote/test_keys.py", "remote/test_key_ring.py"),
    REMOTE / "oauth.py": ("remote/test_oauth.py", "remote/test_opaque_tokens.py", "remote/test_token_refusals.py"),
    DATABASE / "guard.py": ("database/test_scan.py",),
    DATABASE / "parameters.py": ("database/test_parameters.py",),
    DATABASE / "statement.py": ("database/test_scan.py",),
    DATABASE / "tokens.py": ("database/test_scan.py",),
    DATABASE / "wrapper.py": ("database/test_wrapper.py",),
}
THRESHOLD = 0.8
CONFIGURATION = """[mutmut]
source_paths=
    mcp_chassis
    database_mcp
only_mutate=
{modules}
pytest_add_cli_args_test_selection=tests
also_copy=
    mcp_chassis
    database_mcp
    support
"""


def laid_out(folder: Path, modules: list[Path]) -> None:
    """The packages, the modules' tests and what tests share, in the layout mutmut understands."""
    for package in (CORE, DATABASE):
        shutil.copytree(package, folder / package.name)
    shutil.copytree(ROOT / "tests" / "support", folder / "support")
    (folder / "tests").mkdir()
    for test in ("conftest.py", *chain.from_iterable(TESTS[module] for module in modules)):
        shutil.copy(ROOT / "tests" / test, folder / "tests")
    mutated = "\n".join(f"    {_copied(module)}" for module in modules)
    (folder / "setup.cfg").write_text(CONFIGURATION.format(modules=mutated))
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = support\nanyio_mode = auto\n")


def _copied(module: Path) -> Path:
    """Where a module stands in the folder."""
    package = next(package for package in (CORE, DATABASE) if module.is_relative_to(package))
    return module.relative_to(package.parent)


def survivors(folder: Path) -> tuple[int, list[str]]:
    """How many breaks were tried, and the names of those that no test noticed."""
    subprocess.run(["mutmut", "run"], cwd=folder, check=False, stdout=subprocess.DEVNULL)
    listed = subprocess.run(
        ["mutmut", "results", "--all", "true"], cwd=folder, check=True, capture_output=True, text=True
    )
    lines = [line.strip() for line in listed.stdout.splitlines() if ": " in line]
    return len(lines), [line for line in lines if not line.endswith(": killed")]


def main(names: list[str]) -> int:
    modules = [module for module in TESTS if module.stem in names or not names]
    with tempfile.TemporaryDirectory() as name:
        laid_out(Path(name), modules)
        tried, alive = survivors(Path(name))
    killed = 1 - len(alive) / tried if tried else 0.0
    print("\n".join(alive))
    broken = ", ".join(module.stem for module in modules)
    print(f"{tried - len(alive)} of {tried} breaks noticed in {broken}: {killed:.1%}")
    return 0 if killed >= THRESHOLD else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
