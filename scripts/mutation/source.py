"""One source file as syntax tree: parents, scopes, and text by position."""

import ast
import bisect
import itertools
import re
import sys
from dataclasses import dataclass
from functools import cached_property

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef)
BRANCHES_OF_OTHER_SYSTEMS = {"sys.platform == 'win32'"} - {f"sys.platform == {sys.platform!r}"}
"""Conditions of branches that no test on this system can run."""
LOG_CALL = re.compile(r"\b_?log(ger)?\b(\(\))?\.\w+\(|^logging\.")


@dataclass(frozen=True)
class Span:
    """A part of the text, in characters."""

    start: int
    end: int


class Source:
    """A parsed file: `nodes` may be changed; docstrings, annotations, log calls and `__all__` are not among them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.starts = [0, *itertools.accumulate(map(len, self.lines))]
        self.tree = ast.parse(text)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(self._walk(self.tree))

    def _walk(self, node: ast.AST) -> list[ast.AST]:
        if self._is_skipped(node):
            return []
        if isinstance(node, ast.If) and ast.unparse(node.test) in BRANCHES_OF_OTHER_SYSTEMS:
            return [found for child in node.orelse for found in self._walk(child)]
        annotations = {id(getattr(node, name, None)) for name in ("annotation", "returns")}
        children = [child for child in ast.iter_child_nodes(node) if id(child) not in annotations]
        return [node, *(found for child in children for found in self._walk(child))]

    def _is_skipped(self, node: ast.AST) -> bool:
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.Assert():
                return True
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                return True
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Compare(left=ast.Name(id="__name__"))):
                return True
            case ast.Call(func=ast.Name(id="dataclass" | "TypeVar")) | ast.keyword(arg="strict"):
                return True
            case ast.Expr(value=ast.Call() as call):
                return bool(LOG_CALL.search(self.segment(call)))
            case _:
                return False

    def offset(self, line: int, column: int) -> int:
        """The position in characters of a column in bytes, as `ast` counts them."""
        before = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(before)

    def span(self, node: ast.AST) -> Span:
        place = (getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))
        line, column, end_line, end_column = place
        return Span(self.offset(line, column), self.offset(end_line, end_column))

    def segment(self, node: ast.AST) -> str:
        span = self.span(node)
        return self.text[span.start : span.end]

    def line_of(self, position: int) -> int:
        return bisect.bisect_right(self.starts, position)

    def scope(self, node: ast.AST) -> ast.AST | None:
        """The innermost function or class whose body holds `node`; its decorators and defaults lie outside."""
        child, parent = node, self.parents.get(node)
        while parent is not None:
            if isinstance(parent, SCOPES) and any(child is statement for statement in parent.body):
                return parent
            child, parent = parent, self.parents.get(parent)
        return None

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds `node`."""
        found: ast.AST | None = node
        while found is not None and not isinstance(found, ast.stmt):
            found = self.parents.get(found)
        return found

    def statement_lines(self, node: ast.AST) -> range:
        """The lines of the statement around `node`; of a compound one, those before its body."""
        statement = self.statement(node)
        if statement is None:
            return range(0)
        body: list[ast.stmt] = getattr(statement, "body", None) or getattr(statement, "cases", [])
        last = _first_line(body[0]) - 1 if body else statement.end_lineno or statement.lineno
        return range(statement.lineno, max(last, statement.lineno) + 1)


def _first_line(node: ast.AST) -> int:
    return node.pattern.lineno if isinstance(node, ast.match_case) else getattr(node, "lineno", 1)
