"""How the sources are cut: sizes, who may import whom, and the one place where everything is caught."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from servers import ROOT

FILE_LINES, FUNCTION_LINES, TOOL_LINES = 300, 40, 25
SERVER_LINES = range(15, 61)
DRAWERS = {"base", "common", "constants", "helper", "helpers", "manager", "misc", "util", "utils"}
UPSTREAMS = re.compile(r"github|slack|postgres|opentimezone|asyncpg", re.IGNORECASE)
SHARED = ROOT / "shared" / "src"
MEMBERS = [SHARED, *ROOT.glob("packages/*/src"), *ROOT.glob("examples/*/src")]
OTHERS = [ROOT / "scripts", ROOT / "benchmarks"]
TREES = {path: ast.parse(path.read_text()) for folder in [*MEMBERS, *OTHERS] for path in sorted(folder.rglob("*.py"))}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_files_have_at_most_300_lines() -> None:
    lines = {path: path.read_text().count("\n") for path in TREES}
    assert [f"{_place(path)}: {count}" for path, count in lines.items() if count > FILE_LINES] == []


def test_functions_have_at_most_40_lines_and_tools_at_most_25() -> None:
    too_long = [
        f"{_place(path)}:{node.lineno}: {node.name}"
        for path, node in _functions()
        if _length(node) > (TOOL_LINES if _is_tool(node) else FUNCTION_LINES)
    ]
    assert too_long == []


def test_every_servers_table_of_contents_has_15_to_60_lines() -> None:
    tables = [path for member in MEMBERS if member != SHARED for path in member.glob("*/server.py")]
    lines = {path: path.read_text().count("\n") for path in tables}
    assert [f"{_place(path)}: {count}" for path, count in lines.items() if count not in SERVER_LINES] == []


def test_no_file_is_a_drawer() -> None:
    assert [_place(path) for path in TREES if path.stem in DRAWERS] == []


def test_no_member_imports_another_and_the_core_imports_none() -> None:
    modules = {member: {folder.name for folder in member.iterdir() if folder.is_dir()} for member in MEMBERS}
    crossings = [
        f"{_place(path)} imports {imported}"
        for member in MEMBERS
        for path in TREES
        if member in path.parents
        for imported in _imports(TREES[path])
        for other, names in modules.items()
        if other not in {member, SHARED} and imported.split(".")[0] in names
    ]
    assert crossings == []


def test_every_member_declares_the_core_and_no_other_member() -> None:
    names = {member: _project(member)["name"] for member in MEMBERS}
    others = [
        f"{names[member]} needs {needed}"
        for member in MEMBERS
        for needed in _project(member)["dependencies"]
        if needed in names.values() and (needed != names[SHARED] or member == SHARED)
    ]
    assert others == []


def test_no_name_in_the_core_is_an_upstreams() -> None:
    named = [
        f"{_place(path)}: {name}"
        for path, tree in TREES.items()
        if SHARED in path.parents
        for name in [path.stem, *_names(tree)]
        if UPSTREAMS.search(name)
    ]
    assert named == []


def test_everything_is_caught_in_one_place_only() -> None:
    caught = [_place(path) for path, tree in TREES.items() for node in ast.walk(tree) if _catches_all(node)]
    assert caught == ["shared/src/mcp_chassis/pipeline/dispatch.py"]


def _functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in TREES.items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or first) - first + 1


def _is_tool(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(re.match(r"(reads|writes)\(", ast.unparse(decorator)) for decorator in node.decorator_list)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name


def _catches_all(node: ast.AST) -> bool:
    """Also what is not foreseen; cleaning up after anything at all and raising it again is no catching."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = [ast.unparse(kind) if kind else "" for kind in _kinds(node)]
    raised_again = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    return bool({"", "Exception"} & set(caught)) or ("BaseException" in caught and not raised_again)


def _kinds(node: ast.ExceptHandler) -> list[ast.expr | None]:
    return list(node.type.elts) if isinstance(node.type, ast.Tuple) else [node.type]


def _project(member: Path) -> dict[str, list[str]]:
    return tomllib.loads((member.parent / "pyproject.toml").read_text())["project"]


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
