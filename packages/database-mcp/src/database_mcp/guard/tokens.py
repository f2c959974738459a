"""PostgreSQL's lexical rules, as far as a guard needs them: one flat, linear pass, no tree.

A parser of the whole grammar can be crashed or outrun by a deep statement; a flat scan cannot. What a statement
means is asked of PostgreSQL itself afterwards.
"""

import dataclasses
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache

MAX_STATEMENT_BYTES = 64 * 1024
MAX_NAME_BYTES = 63  # PostgreSQL cuts longer names to this, so a longer spelling means the same object


class ScanError(ValueError):
    """The text cannot be a statement: says what is wrong, and at which character (0-based)."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Kind(Enum):
    NAME = "name"  # unquoted, folded to lower case
    QUOTED = "quoted name"
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """One token: `text` is the name as PostgreSQL knows it, the parameter's number, or the symbol."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.NAME, Kind.QUOTED)


_LEXEME = r"""
    (?P<blank>[ \t\n\r\f\v]+)
  | (?P<line>--[^\n\r]*)
  | (?P<block>/\*)
  | (?P<escape>[eE]')
  | (?P<unicode_text>[uU]&')
  | (?P<unicode_name>[uU]&")
  | (?P<bits>[bBxX]')
  | (?P<text>')
  | (?P<quoted>")
  | (?P<dollar>\$(?:[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)?\$)
  | (?P<parameter>\$[0-9]+)
  | (?P<number>0[xX][0-9A-Fa-f_]+|0[oO][0-7_]+|0[bB][01_]+
      |(?:[0-9]+(?:_[0-9]+)*(?:\.(?!\.)[0-9]*(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*)
  | (?P<symbol>.)
    """
_PLAIN_END = re.compile(r"(?:[^']|'')*+'")
_ESCAPE_END = re.compile(r"(?:[^'\\]|''|\\.)*+'", re.DOTALL)
_QUOTED_END = re.compile(r'(?:[^"]|"")*+"')
_CONTINUATION = re.compile(r"(?:[ \t\f\v]|--[^\n\r]*)*+[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*+'")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@cache
def _lexeme() -> re.Pattern[str]:
    """Compiled when the first statement comes: it takes 10 ms, which a start does not have."""
    return re.compile(_LEXEME, re.VERBOSE | re.DOTALL)


def tokens(sql: str) -> list[Token]:
    """Split `sql` into tokens, comments and blanks left out, in time linear in its length.

    Raises:
        ScanError: too long, NUL, a lone surrogate, or a quote or comment that never ends.
    """
    _check_text(sql)
    return list(_joined_unicode_names(sql, list(_lexemes(sql))))


def _check_text(sql: str) -> None:
    try:
        size = len(sql.encode())
    except UnicodeEncodeError as exc:
        raise ScanError("The statement holds half a character (a lone surrogate).", exc.start) from exc
    if size > MAX_STATEMENT_BYTES:
        raise ScanError(f"The statement is {size} bytes long; {MAX_STATEMENT_BYTES} are the limit.", 0)
    if "\0" in sql:
        raise ScanError("The statement holds a NUL character.", sql.index("\0"))


def _lexemes(sql: str) -> Iterator[Token]:
    position, lexeme = 0, _lexeme()
    while match := lexeme.match(sql, position):
        start, position, group = position, match.end(), match.lastgroup
        match group:
            case "blank" | "line":
                pass
            case "block":
                position = _end_of_comment(sql, start)
            case "escape" | "text" | "bits" | "unicode_text":
                position = _end_of_string(sql, start, position, _ESCAPE_END if group == "escape" else _PLAIN_END)
                yield Token(Kind.STRING, "", start, position)
            case "unicode_name" | "quoted":
                inner, position = position, _end(_QUOTED_END, sql, position, start, "A quoted name")
                text = sql[inner : position - 1].replace('""', '"')
                yield Token(Kind.QUOTED, text if group == "unicode_name" else shortened(text), start, position)
            case "dollar":
                position = _end_of_dollar(sql, start, position)
                yield Token(Kind.STRING, "", start, position)
            case "parameter":
                yield Token(Kind.PARAMETER, match[0][1:], start, position)
            case "number":
                yield Token(Kind.NUMBER, match[0], start, position)
            case "name":
                yield Token(Kind.NAME, shortened(match[0].translate(_FOLD)), start, position)
            case _:
                yield Token(Kind.SYMBOL, match[0], start, position)


def shortened(name: str) -> str:
    """A name as PostgreSQL keeps it: at most 63 bytes, cut at a character's border."""
    raw = name.encode()
    return name if len(raw) <= MAX_NAME_BYTES else raw[:MAX_NAME_BYTES].decode(errors="ignore")


def _end(pattern: re.Pattern[str], sql: str, position: int, start: int, what: str) -> int:
    match = pattern.match(sql, position)
    if match is None:
        raise ScanError(f"{what} is opened and never closed.", start)
    return match.end()


def _end_of_string(sql: str, start: int, position: int, pattern: re.Pattern[str]) -> int:
    """A string goes on after a line break and another quote, by the rules of its first part."""
    position = _end(pattern, sql, position, start, "A string")
    while more := _CONTINUATION.match(sql, position):
        position = _end(pattern, sql, more.end(), start, "A string")
    return position


def _end_of_dollar(sql: str, start: int, position: int) -> int:
    tag = sql[start:position]
    end = sql.find(tag, position)
    if end < 0:
        raise ScanError("A dollar-quoted string is opened and never closed.", start)
    return end + len(tag)


def _end_of_comment(sql: str, start: int) -> int:
    depth = 0
    for mark in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    raise ScanError("A comment is opened and never closed.", start)


def _joined_unicode_names(sql: str, found: list[Token]) -> Iterator[Token]:
    """Read `U&"..."`, with UESCAPE where it follows, as the name it spells."""
    index = 0
    while index < len(found):
        token, index = found[index], index + 1
        if sql[token.start : token.start + 2].lower() != "u&" or not sql.startswith(("'", '"'), token.start + 2):
            yield token
            continue
        escape, end = "\\", token.end
        if index < len(found) and found[index] == Token(Kind.NAME, "uescape", found[index].start, found[index].end):
            escape, end = _escape_character(sql, found[index : index + 2])
            index += 2
        text = shortened(_spelled(token, escape)) if token.kind is Kind.QUOTED else ""
        yield Token(token.kind, text, token.start, end)


def _escape_character(sql: str, found: list[Token]) -> tuple[str, int]:
    literal = sql[found[-1].start : found[-1].end]
    if len(found) < 2 or len(literal) != 3 or literal[0] != "'" or re.match(r"[0-9A-Fa-f+'\"\s]", literal[1]):
        raise ScanError("UESCAPE is followed by one escape character in plain quotes.", found[0].start)
    return literal[1], found[-1].end


def _spelled(token: Token, escape: str) -> str:
    mark = re.escape(escape)
    pattern = re.compile(rf"{mark}(?:([0-9A-Fa-f]{{4}})|\+([0-9A-Fa-f]{{6}})|({mark})|)")

    def character(match: re.Match[str]) -> str:
        if match[3]:
            return escape
        if not (code := match[1] or match[2]) or not 0 < int(code, 16) <= 0x10FFFF:
            raise ScanError("A U& name holds an escape that stands for no character.", token.start)
        return chr(int(code, 16))

    spelled = pattern.sub(character, token.text)
    try:
        # a pair of surrogates is one character to PostgreSQL too
        return spelled.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as exc:
        raise ScanError("A U& name holds half a character.", token.start) from exc
