"""Selection of the tests for a mutant, and of the test files that are recorded for a folder of sources."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path

from mutation.copies import ROOT
from mutation.operators import Mutant
from mutation.recording import Recording
from mutation.source import FUNCTIONS, Source

TESTS = ROOT / "tests"
TEST_FOLDERS_OVER_ALL = {"contract", "e2e", "scripts", "snapshots", "support"}
END_TO_END_OF_THE_CORE = ("test_era_fallback", "test_front", "test_sign_in", "test_stdio_end", "test_stdio_wire")
"""End-to-end tests of code that runs in processes of its own alone: the stdio transport, the front, signing in."""
MIN_TESTS, MAX_SECONDS = 30, 30.0
"""Tests run for one mutant however long they take; beyond them, those that fit into the seconds of processor time."""
RULES_OVER_ALL = ("test_documents", "test_records", "test_bounds", "test_call_rules", "test_remedies")
"""Contract tests that run for every member, of what stands in definitions and is read by no other test."""
MAX_OTHER_TESTS = 40
"""Tests of the same folder that are run besides for code that runs at import, where a test may depend on it unseen."""


def files_of_tests(folder: Path) -> list[Path]:
    """The tests of a member: `tests/github` of packages/github-mcp; of the core, the folders that are of no member.

    Of the end-to-end tests only those of the core's own processes count: the others take long and repeat the rest.
    """
    member = folder.relative_to(ROOT).parts[:2]
    own = {path: path.name.removesuffix("-mcp").replace("-", "_") for path in _members()}
    end_to_end: list[Path] = []
    if ROOT.joinpath(*member) in own:
        folders = [TESTS / own[ROOT.joinpath(*member)]]
    else:
        names = {path.name for path in TESTS.iterdir() if path.is_dir()} - TEST_FOLDERS_OVER_ALL - set(own.values())
        folders = [TESTS / name for name in sorted(names)]
        end_to_end = [TESTS / "e2e" / f"{name}.py" for name in END_TO_END_OF_THE_CORE]
    own_tests = sorted(chain.from_iterable(path.rglob("test_*.py") for path in folders))
    return [*end_to_end, *own_tests, *(TESTS / "contract" / f"{name}.py" for name in RULES_OVER_ALL)]


def _members() -> list[Path]:
    return [path for path in [*ROOT.glob("packages/*"), *ROOT.glob("examples/*")] if path.is_dir()]


class Selection:
    """Chooses tests by the lines that run the changed code; for code that runs at import, by who uses its name."""

    def __init__(self, sources: dict[str, Source], recorded: Recording) -> None:
        self.sources = sources
        self.recorded = recorded
        self._uses: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for file, source in sources.items():
            for node in ast.walk(source.tree):
                name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
                if isinstance(name, str) and not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)):
                    self._uses[name].add((file, getattr(node, "lineno", 0)))

    def tests(self, file: str, mutant: Mutant) -> list[str]:
        """The tests to run, as many as `MAX_SECONDS` allow; empty if no test runs the code."""
        source = self.sources[file]
        lines = {mutant.line, *source.statement_lines(mutant.node)}
        if isinstance(source.scope(mutant.node), FUNCTIONS) and not lines & self.recorded.imported.get(file, set()):
            users = self._of_lines_with(_attributes_set(source, mutant.node))
            running = self._expanded(self.recorded.of_lines(file, lines))
            importing = self._importing(file)
            near = {test for test in running if test.split("::")[0] in importing}
            return list(dict.fromkeys(chain(*map(self._in_order, (users, near, running)))))
        found = self.recorded.of_lines(file, lines) | self._of_imported(file, source, mutant)
        # A cached function runs once for a whole test file, so that the recording names its first test alone.
        files = {test.split("::")[0] for test in found}
        importing = self._importing(file)
        near = {test for test in self._expanded(found) if test.split("::")[0] in importing}
        chosen = list(chain(*map(self._in_order, (near, importing, found, files))))
        rules = {test for test in self.recorded.seconds if test.startswith(f"{TESTS.relative_to(ROOT)}/contract/")}
        others = self._in_order(set(self.recorded.seconds) - rules - set(chosen))[:MAX_OTHER_TESTS]
        return list(dict.fromkeys([*chosen, *self._in_order(rules), *others]))

    def _of_imported(self, file: str, source: Source, mutant: Mutant) -> set[str]:
        """Tests of the function whose signature it is, else of the lines that use the name it defines."""
        function = _enclosing(source, mutant.node, FUNCTIONS)
        if isinstance(function, FUNCTIONS):
            found = self.recorded.of_lines(file, range(function.body[0].lineno, (function.end_lineno or 0) + 1))
            return found or self._of_names(file, {function.name})
        names = set(_names_defined(source, mutant.node))
        owner = _enclosing(source, mutant.node, (ast.ClassDef,))
        if isinstance(owner, ast.ClassDef):
            names.add(owner.name)
        return self._of_names(file, names)

    def _importing(self, file: str) -> set[str]:
        """Test files that import the module: they may read a table of it without running a line that uses it."""
        module = ".".join(Path(file.rpartition("src/")[2]).with_suffix("").parts).removesuffix(".__init__")
        files = {test.split("::")[0] for test in self.recorded.seconds}
        return {each for each in files if module in imported_modules(ROOT / each)}

    def _of_names(self, file: str, names: set[str]) -> set[str]:
        return self._of_lines_with(names) or self.recorded.of_file(file)

    def _of_lines_with(self, names: Iterable[str]) -> set[str]:
        uses = set(chain.from_iterable(self._uses[name] for name in names))
        return {test for user, line in uses for test in self.recorded.of_lines(user, {line})}

    def _in_order(self, found: set[str]) -> list[str]:
        """The quickest of each test file first, the quickest file first; a file stands for its tests that passed."""
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in self._expanded(found):
            by_file[re.split("::", test)[0]].append(test)
        in_files = [sorted(tests, key=self._by_seconds) for tests in by_file.values()]
        rows = zip_longest(*sorted(in_files, key=lambda tests: self._by_seconds(tests[0])))
        chosen: list[str] = []
        spent = 0.0
        for test in (test for row in rows for test in row if test is not None):
            spent += self._seconds(test)
            if len(chosen) >= MIN_TESTS and spent > MAX_SECONDS:
                break
            chosen.append(test)
        return chosen

    def _expanded(self, found: Iterable[str]) -> set[str]:
        files = {test for test in found if "::" not in test}
        tests = {test for test in self.recorded.seconds if test.split("::")[0] in files}
        return tests | {test for test in found if test in self.recorded.seconds}

    def _by_seconds(self, test: str) -> tuple[float, str]:
        return self._seconds(test), test

    def _seconds(self, test: str) -> float:
        return self.recorded.seconds.get(test, 1.0)


@cache
def imported_modules(path: Path) -> frozenset[str]:
    """The modules that a test file names in its imports, and every name it takes from one as if it were a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset(found)


def _enclosing(source: Source, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> ast.AST | None:
    found: ast.AST | None = node
    while found is not None and not isinstance(found, kinds):
        found = source.parents.get(found)
    return found


def _attributes_set(source: Source, node: ast.AST) -> set[str]:
    """The attributes that the statement assigns: a test of the lines that read one may notice its change."""
    statement = source.statement(node)
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    return {each.attr for target in targets for each in ast.walk(target) if isinstance(each, ast.Attribute)}


def _names_defined(source: Source, node: ast.AST) -> Iterable[str]:
    statement = source.statement(node)
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    return (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
