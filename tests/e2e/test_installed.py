"""The versions that are installed, against requirements.lock."""

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from lock import requirements
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from servers import ROOT
from staging import project
from workspace_copy import copy_of_declarations, uv

LOCKED = requirements((ROOT / "requirements.lock").read_text(encoding="utf-8"))
APPLICABLE = {each.name: each.version for each in LOCKED if not each.marker or Marker(each.marker).evaluate()}


def installed() -> dict[str, str]:
    """Each installed distribution that is not a member of the workspace, with its version."""
    declared = [ROOT / "shared" / "pyproject.toml", *ROOT.glob("*/*/pyproject.toml")]
    members = {project(path.parent)["name"] for path in declared}
    found = {canonicalize_name(each.metadata["Name"]): each.version for each in distributions()}
    return {name: version for name, version in found.items() if name not in members}


def test_what_is_installed_is_exactly_what_requirements_lock_lists() -> None:
    assert installed() == APPLICABLE


def test_requirements_lock_pins_a_hash_for_each_package_and_names_no_address() -> None:
    assert [each.name for each in LOCKED if not each.hashes] == []
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_of_declarations(tmp_path)


def check(folder: Path) -> tuple[int, list[str]]:
    command = [sys.executable, folder / "scripts" / "lock.py", "--check"]
    environment = {**os.environ, "UV": uv(), "UV_OFFLINE": "1"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    return run.returncode, run.stdout.splitlines()


def test_the_check_is_silent_while_nothing_has_changed(copy: Path) -> None:
    assert check(copy) == (0, [])


def test_the_check_names_each_package_that_differs_and_the_word_that_mends_it(copy: Path) -> None:
    lock = copy / "requirements.lock"
    [anyio] = [each for each in LOCKED if each.name == "anyio"]
    lock.write_text(lock.read_text(encoding="utf-8").replace(f"anyio=={anyio.version}", "anyio==0.9"), encoding="utf-8")
    code, lines = check(copy)
    assert code == 1
    assert set(lines[:-1]) == {
        "pyproject.toml: the pins are not those of requirements.lock",
        "anyio 0.9: not needed any more",
        f"anyio {anyio.version}: not in requirements.lock",
    }
    assert lines[-1].endswith("run `make lock`.")


def test_the_check_refuses_an_index_whose_files_have_other_hashes(copy: Path) -> None:
    lock = copy / "requirements.lock"
    [anyio] = [each for each in LOCKED if each.name == "anyio"]
    text = lock.read_text(encoding="utf-8")
    for known in anyio.hashes:
        text = text.replace(known, f"sha256:{'0' * 64}")
    lock.write_text(text, encoding="utf-8")
    assert check(copy)[1][0] == f"anyio {anyio.version}: the index offers only files with other hashes"


def test_a_hosts_start_prints_nothing_of_its_own_and_changes_nothing_that_is_installed() -> None:
    before = installed()
    command = [uv(), "--directory", ROOT, "run", "timezone-mcp", "--version"]
    environment = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV"}}
    run = subprocess.run(command, env=environment | {"UV_OFFLINE": "1"}, capture_output=True, text=True, check=False)
    assert (run.stdout.partition(" ")[0], run.stderr) == ("timezone-mcp", "")
    assert installed() == before
