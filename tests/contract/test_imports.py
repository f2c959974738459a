"""The direction of imports: the core's layers, the absence of cycles, and declared distributions."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from servers import ROOT

CORE = ROOT / "shared" / "src" / "mcp_chassis"
LAYERS = (
    {"run", "__main__", "cli"},
    {"stdio", "remote"},
    {"pipeline", "tasks", "testing"},
    {"server"},
    {
        "http",
        "upstream",
        "settings",
        "accounts",
        "environment",
        "credential",
        "secret_command",
        "sign_in",
        "asking",
        "fan_out",
        "batching",
    }
    | {"misspelt_settings", "text_settings", "https_url"},
    {"output", "storage"},
    {
        "failures",
        "results",
        "deadline",
        "listing",
        "suggestions",
        "tools",
        "progress",
        "telemetry",
        "text_marks",
        "process_limits",
    },
)
"""A module may import from its own row and from those below it; `__init__` of the core imports nothing."""
MEMBERS = sorted(
    path.parent for pattern in ("shared", "packages/*", "examples/*") for path in ROOT.glob(f"{pattern}/pyproject.toml")
)
WORKSPACE = {
    package.name: [str(tomllib.loads((member / "pyproject.toml").read_text())["project"]["name"])]
    for member in MEMBERS
    for package in (member / "src").iterdir()
}
DISTRIBUTIONS = {**packages_distributions(), **WORKSPACE}


@cache
def sources(folder: Path) -> dict[str, ast.Module]:
    """The syntax trees of a folder's modules by their dotted name below it."""
    found = {path.relative_to(folder).with_suffix(""): path for path in sorted(folder.rglob("*.py"))}
    return {
        ".".join(part for part in name.parts if part != "__init__"): ast.parse(path.read_text())
        for name, path in found.items()
    }


def imported(tree: ast.Module) -> Iterator[str]:
    """The dotted names a module imports, with the names taken from a module behind it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def core_imports(modules: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Which modules of the core each one imports, at its top or inside a function."""
    return {
        name: {
            found
            for target in imported(tree)
            if target.startswith("mcp_chassis.") and (found := module_of(target, modules)) not in {name, ""}
        }
        for name, tree in modules.items()
    }


def module_of(target: str, modules: Iterable[str]) -> str:
    """The module of the core that a dotted name stands in; empty for the core itself."""
    within = (module for module in modules if f"{target}.".startswith(f"mcp_chassis.{module}."))
    return max(within, key=len, default="")


def layer(module: str) -> int | None:
    return next((place for place, row in enumerate(LAYERS) if module.partition(".")[0] in row), None)


def upward(graph: Mapping[str, Iterable[str]]) -> list[str]:
    return [
        f"{module} imports {target}"
        for module, targets in graph.items()
        for target in sorted(targets)
        if (above := layer(target)) is None or (own := layer(module)) is None or above < own
    ]


def cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def undeclared(member: Path) -> list[str]:
    """The distributions that a member's modules import and its pyproject.toml does not name."""
    project = tomllib.loads((member / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    declared = {normalised(requirement) for group in groups for requirement in group} | {normalised(project["name"])}
    packages = {
        target.partition(".")[0] for tree in sources(member / "src").values() for target in imported(tree)
    } - sys.stdlib_module_names
    return [
        f"{project['name']} imports {package}"
        for package in sorted(packages)
        if not declared & {normalised(name) for name in DISTRIBUTIONS.get(package, [package])}
    ]


def normalised(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", name.group() if name else "").lower()


def test_no_module_of_the_core_imports_from_a_layer_above_its_own() -> None:
    assert upward(core_imports(sources(CORE))) == []


def test_an_import_from_a_layer_above_is_found() -> None:
    modules = sources(CORE) | {"results": ast.parse("from mcp_chassis.pipeline.dispatch import Dispatch")}
    assert upward(core_imports(modules)) == ["results imports pipeline.dispatch"]


def test_a_new_module_of_the_core_has_a_layer() -> None:
    assert [name for name in sources(CORE) if name and layer(name) is None] == []


def test_the_core_has_no_import_cycle() -> None:
    assert cycle(core_imports(sources(CORE))) == []


def test_an_import_cycle_is_found_even_inside_a_function() -> None:
    modules = sources(CORE) | {"failures": ast.parse("def late():\n    from mcp_chassis.cli import main")}
    assert {"failures", "cli"} <= set(cycle(core_imports(modules)))


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_every_distribution_that_is_imported_is_declared(member: Path) -> None:
    assert undeclared(member) == []


def test_an_undeclared_distribution_is_found(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "module.py").write_text("import json\n\ndef late():\n    import httpx2")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "sample"\ndependencies = ["anyio>=4.9"]\n')
    assert undeclared(tmp_path) == ["sample imports httpx2"]


def test_the_front_imports_the_standard_library_and_little_of_it() -> None:
    """It is imported by every start, before the SDK: docs/adr/0073."""
    front = sources(CORE / "stdio" / "front")
    allowed = {"_blake2", "hashlib", "json", "os", "re", "select", "signal", "stat", "sys", "time"}
    typing_only = {"collections", "types", "typing"}
    found = {
        f"{module} imports {target}"
        for module, tree in front.items()
        for target in imported(tree)
        if not target.startswith(("mcp_chassis.stdio.front", "mcp_chassis.process_limits"))
        and target.partition(".")[0] not in allowed | typing_only
    }
    assert found == set()


def test_a_start_over_stdio_imports_nothing_that_takes_long_before_it_answers() -> None:
    heavy = ("typing", "pathlib", "hashlib", "asyncio", "dataclasses", "importlib.metadata", "pydantic", "mcp")
    program = (
        f"import sys, mcp_chassis.run, mcp_chassis.stdio.front.loop; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
