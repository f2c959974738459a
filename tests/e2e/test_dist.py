"""Everything that `make dist` builds, judged by the programs that take it and started from an empty environment."""

import os
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from mcp_chassis.testing.raw import RawClient, without_path
from servers import ROOT
from services import node, npm_package
from staging import PUBLISHED, project
from workspace_copy import uv

REPOSITORY = "https://github.com/example/toolroll"
NAMES = [member.name for member in PUBLISHED[1:]]
OFFLINE = {"UV_OFFLINE": "1", "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist") / "out"
    command = [sys.executable, ROOT / "scripts" / "dist.py", "--repository", REPOSITORY, "--out", folder]
    run(command, UV=uv())
    return folder


def test_every_published_member_has_a_wheel_and_a_source_distribution(dist: Path) -> None:
    names = {project(member)["name"].replace("-", "_") for member in PUBLISHED}
    assert {path.name.partition("-")[0] for path in (dist / "python").glob("*.whl")} == names
    assert {path.name.partition("-")[0] for path in (dist / "python").glob("*.tar.gz")} == names


def test_every_wheel_brings_the_licence_and_a_page_whose_links_work_anywhere(dist: Path) -> None:
    for wheel in (dist / "python").glob("*.whl"):
        with zipfile.ZipFile(wheel) as files:
            names = files.namelist()
            [place] = [name for name in names if name.endswith("dist-info/METADATA")]
            about = message_from_bytes(files.read(place))
        assert any(name.endswith("licenses/LICENSE") for name in names)
        assert about["License-Expression"] == "MIT"
        assert {"Repository", "Changelog"} <= {url.partition(",")[0] for url in about.get_all("Project-URL", [])}
        assert re.findall(r"\]\((?!https:|#)[^)]*\)", str(about.get_payload())) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_wheel_installed_into_an_empty_environment_answers_without_the_network(
    name: str, dist: Path, tmp_path: Path
) -> None:
    wheels = {wheel.name.partition("-")[0].replace("_", "-"): wheel for wheel in (dist / "python").glob("*.whl")}
    ours = [wheels[project(member)["name"]] for member in PUBLISHED if member.name in {name, "shared"}]
    environment = tmp_path / "environment"
    run([uv(), "venv", "--quiet", environment], **OFFLINE)
    install = [uv(), "pip", "install", "--quiet", "--python", environment, "-c", ROOT / "requirements.lock", *ours]
    run(install)
    with started([environment / "bin" / name], tmp_path, **OFFLINE) as client:
        client.initialize()
        assert client.list()


@pytest.mark.parametrize("name", NAMES)
def test_an_unpacked_bundle_answers_without_the_network(name: str, dist: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle(dist, name)) as files:
        files.extractall(tmp_path / "bundle")
    command = [uv(), "run", "--quiet", "--directory", tmp_path / "bundle", name]
    with started(command, tmp_path, **OFFLINE) as client:
        client.initialize()
        assert client.list()


@pytest.mark.parametrize("name", NAMES)
def test_the_maker_of_bundles_takes_each_manifest(name: str, dist: Path, tmp_path: Path) -> None:
    judge = npm_package("@anthropic-ai/mcpb") / "dist" / "cli" / "cli.js"
    with zipfile.ZipFile(bundle(dist, name)) as files:
        files.extractall(tmp_path)
    run([node(), judge, "validate", tmp_path / "manifest.json"])
    run([node(), judge, "pack", tmp_path, tmp_path / "packed.mcpb"])


def test_without_a_public_address_links_are_texts_and_no_registry_entry_is_made(tmp_path: Path) -> None:
    told = run([sys.executable, ROOT / "scripts" / "dist.py", "--out", tmp_path / "out"], UV=uv())
    assert "server.json is left out" in told
    assert not (tmp_path / "out" / "registry").exists()


def bundle(dist: Path, name: str) -> Path:
    [path] = (dist / "mcpb").glob(f"{name}-*.mcpb")
    return path


def started(command: list[Path | str], folder: Path, **more: str) -> RawClient:
    """The server in an environment that finds no settings of whoever runs this."""
    (folder / "env").touch()
    kept = {name: os.environ[name] for name in ("HOME", "UV_CACHE_DIR") if name in os.environ}
    environment = without_path(TOOLROLL_ENV_FILE=str(folder / "env"), **kept, **more)
    return RawClient([str(part) for part in command], env=environment)


def run(command: list[Path | str], **more: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | more
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
