"""Mutation operators: the changes of a source that a careless hand might make."""

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mutation.source import Source, Span

WORD = re.compile(r"[\w./:+-]{1,40}")
SWAPPED_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">"),
    ast.LtE: ("<", ">="),
    ast.Gt: (">=", "<"),
    ast.GtE: (">", "<="),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
COMPARISON = re.compile(r"not\s+in|is\s+not|[<>=!]=|<|>|\bin\b|\bis\b")
NO_COLLECTION = (ast.Subscript, ast.ExceptHandler, ast.For, ast.comprehension)
ENTRIES = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple)
SWAPPED_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
}
SWAPPED_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
DROPPED_METHODS = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold"}
PROSE_KEYWORDS = {"description", "title", "remedy", "examples", "help"}
EFFECTLESS_KEYWORDS = {"description", "title", "examples", "help", "strict", "frozen", "slots"}
Change = tuple[Span, str]


@dataclass(frozen=True)
class Mutant:
    """One change of one file: the text of `span` becomes `after`."""

    line: int
    span: Span
    before: str
    after: str
    node: ast.AST

    def applied(self, text: str) -> str:
        return text[: self.span.start] + self.after + text[self.span.end :]

    @property
    def change(self) -> str:
        """The change on one line, as the list of equivalent mutants names it."""
        return f"{_one_line(self.before)} -> {_one_line(self.after)}".strip()


def mutants(source: Source) -> Iterator[Mutant]:
    """All changes of one source; a few of them do not parse."""
    seen: set[Change] = set()
    for node in source.nodes:
        for operator in OPERATORS:
            for span, after in operator(source, node):
                before = _text(source, span)
                if before != after and (span, after) not in seen:
                    seen.add((span, after))
                    yield Mutant(source.line_of(span.start), span, before, after, node)


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def comparison(source: Source, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        for left, operator, right in zip(operands, node.ops, node.comparators, strict=False):
            gap = Span(source.span(left).end, source.span(right).start)
            for swapped in SWAPPED_COMPARISONS[type(operator)]:
                yield (
                    gap,
                    COMPARISON.sub(swapped, _text(source, gap), count=1),
                )


def condition(source: Source, node: ast.AST) -> Iterator[Change]:
    """A condition turned round or never met, an operand dropped, `and` for `or`, a `not` removed."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            if not isinstance(test, ast.UnaryOp | ast.Constant):
                yield source.span(test), f"not ({source.segment(test)})"
            if isinstance(node, ast.If):
                yield source.span(test), "False"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield source.span(node), source.segment(operand)
        case ast.BoolOp(op=op, values=values):
            old, new = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
            for left, right in itertools.pairwise(values):
                gap = Span(source.span(left).end, source.span(right).start)
                yield gap, re.sub(rf"\b{old}\b", new, _text(source, gap), count=1)
                yield Span(source.span(left).start, source.span(right).start), ""
                yield Span(source.span(left).end, source.span(right).end), ""
        case ast.comprehension(ifs=[test, *_]):
            yield source.span(test), "True"
        case _:
            return


def constant(source: Source, node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Constant):
        return
    match node.value:
        case bool() as value:
            yield source.span(node), str(not value)
        case int() | float() as value:
            yield source.span(node), repr(value + 1)
            if value > 0:
                yield source.span(node), repr(value - 1)
        case str() as value if WORD.fullmatch(value) and _is_word_of_a_protocol(source, node):
            quote = source.segment(node)[-1]
            if source.segment(node).startswith(quote):
                yield source.span(node), f"{quote}{value}X{quote}"
        case _:
            return


def _is_word_of_a_protocol(source: Source, node: ast.Constant) -> bool:
    """A string that stands where keys, parameters and compared words stand, not prose."""
    parent = source.parents.get(node)
    match parent:
        case ast.Subscript() | ast.Dict() | ast.Compare() | ast.Set() | ast.Tuple() | ast.List() | ast.MatchValue():
            return True
        case ast.keyword(arg=name):
            return name not in PROSE_KEYWORDS
        case ast.Call(func=ast.Name(id="cast")):
            return False
        case ast.Call() | ast.Assign() | ast.AnnAssign() | ast.Return() | ast.IfExp() | ast.BoolOp():
            return True
        case ast.arguments():
            return True
        case _:
            return False


def arithmetic(source: Source, node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SWAPPED_ARITHMETIC:
            if any(isinstance(side, ast.JoinedStr | ast.List | ast.Tuple) or _is_text(side) for side in (left, right)):
                return
            gap = Span(source.span(left).end, source.span(right).start)
            yield gap, re.sub(r"//|[-+*/%]", SWAPPED_ARITHMETIC[type(op)], _text(source, gap), count=1)
        case _:
            return


def statement(source: Source, node: ast.AST) -> Iterator[Change]:
    """A statement removed: a call, an assignment to a part, a raise, an early return, a jump."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise() | ast.AugAssign() | ast.Delete():
            yield source.span(node), "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.Break() | ast.Continue():
            yield source.span(node), "pass"
        case ast.Return():
            if isinstance(source.parents.get(node), ast.If):
                yield source.span(node), "pass"
            if node.value is not None and not _is_none(node.value):
                yield source.span(node.value), "None"
        case _:
            return


def call(source: Source, node: ast.AST) -> Iterator[Change]:
    """A keyword argument removed, a cleaning method not called, `min` for `max`."""
    if not isinstance(node, ast.Call):
        return
    for keyword in node.keywords:
        if keyword.arg not in EFFECTLESS_KEYWORDS and keyword.arg is not None:
            yield _with_comma(source, source.span(keyword)), ""
    match node.func:
        case ast.Name(id=name) if name in SWAPPED_CALLS:
            yield source.span(node.func), SWAPPED_CALLS[name]
        case ast.Attribute(value=value, attr=name) if name in DROPPED_METHODS:
            yield Span(source.span(value).end, source.span(node).end), ""
        case _:
            return


def handler(source: Source, node: ast.AST) -> Iterator[Change]:
    """An except clause removed, widened, or one of its exceptions forgotten."""
    if not isinstance(node, ast.Try):
        return
    for each in node.handlers:
        body = Span(source.span(each.body[0]).start, source.span(each.body[-1]).end)
        if not isinstance(each.body[-1], ast.Raise) or each.body[-1].exc is not None:
            yield body, "raise"
        if each.type is not None:
            yield source.span(each.type), "Exception"
        if isinstance(each.type, ast.Tuple):
            for index in range(len(each.type.elts)):
                left = [source.segment(name) for name in each.type.elts if name is not each.type.elts[index]]
                yield source.span(each.type), f"({', '.join(left)},)"


def collection(source: Source, node: ast.AST) -> Iterator[Change]:
    """One entry of a table removed."""
    match node:
        case ast.Dict(keys=keys, values=values) if len(keys) > 1:
            for key, value in zip(keys, values, strict=True):
                if key is not None:
                    yield _with_comma(source, Span(source.span(key).start, source.span(value).end)), ""
        case ast.Set(elts=entries) | ast.List(elts=entries) | ast.Tuple(elts=entries) if len(entries) > 1:
            if not isinstance(source.parents.get(node), NO_COLLECTION) and not _is_list_of_parameters(source, node):
                for entry in entries:
                    if isinstance(entry, ENTRIES) and _is_loaded(entry):
                        yield _with_comma(source, source.span(entry)), ""
        case _:
            return


def _is_list_of_parameters(source: Source, node: ast.AST) -> bool:
    """Whether a list is the first argument of a type such as `Callable[[int, str], None]`, which nothing runs."""
    parent = source.parents.get(node)
    if not isinstance(node, ast.List) or not isinstance(parent, ast.Tuple):
        return False
    return isinstance(source.parents.get(parent), ast.Subscript)


def bound(source: Source, node: ast.AST) -> Iterator[Change]:
    """A bound of a slice forgotten."""
    if isinstance(node, ast.Slice):
        for each in (node.lower, node.upper):
            if each is not None:
                yield source.span(each), ""


OPERATORS: tuple[Callable[[Source, ast.AST], Iterator[Change]], ...] = (
    comparison,
    condition,
    constant,
    arithmetic,
    statement,
    call,
    handler,
    collection,
    bound,
)


def _with_comma(source: Source, span: Span) -> Span:
    """The span of an entry with the comma that follows it, or the one before it."""
    following = re.match(r"\s*,\s*", source.text[span.end :])
    if following:
        return Span(span.start, span.end + following.end())
    preceding = re.search(r",\s*$", source.text[: span.start])
    return Span(preceding.start() if preceding else span.start, span.end)


def _text(source: Source, span: Span) -> str:
    return source.text[span.start : span.end]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_loaded(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load | None)
