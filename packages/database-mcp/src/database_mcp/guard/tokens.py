"""Tokenizer of SQL by PostgreSQL's lexical rules, for the guard; one linear pass without a syntax tree.

A full parser can be crashed or slowed down by a deeply nested statement; a linear scan cannot. PostgreSQL itself
parses the statement afterwards.
"""

import dataclasses
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache

MAX_STATEMENT_BYTES = 64 * 1024
MAX_NAME_BYTES = 63  # PostgreSQL truncates names to this length in bytes, so a longer name is the same object.


class ScanError(ValueError):
    """Raised for a text that cannot be a statement; has the reason and the position in characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Kind(Enum):
    NAME = "name"  # Unquoted name, folded to lower case.
    QUOTED = "quoted name"
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` is the normalized name, the number of the parameter, or the symbol."""

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
    """The token pattern, compiled on first use, since that takes 10 ms."""
    return re.compile(_LEXEME, re.VERBOSE | re.DOTALL)


def tokens(sql: str) -> list[Token]:
    """Split `sql` into tokens without comments and white space, in linear time.

    Raises:
        ScanError: the text is too long, has NUL or a lone surrogate, or an unterminated quote or comment.
    """
    _check_text(sql)
    return list(_joined_unicode_names(sql, list(_lexemes(sql))))


def _check_text(sql: str) -> None:
    try:
        size = len(sql.encode())
    except UnicodeEncodeError as exc:
        raise ScanError("The statement contains a lone surrogate, which is not a valid character.", exc.start) from exc
    if size > MAX_STATEMENT_BYTES:
        raise ScanError(f"The statement has {size} bytes; the limit is {MAX_STATEMENT_BYTES}.", 0)
    if "\0" in sql:
        raise ScanError("The statement contains a NUL character.", sql.index("\0"))


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
    """A name truncated like in PostgreSQL: at most 63 bytes, cut between characters."""
    raw = name.encode()
    return name if len(raw) <= MAX_NAME_BYTES else raw[:MAX_NAME_BYTES].decode(errors="ignore")


def _end(pattern: re.Pattern[str], sql: str, position: int, start: int, what: str) -> int:
    match = pattern.match(sql, position)
    if match is None:
        raise ScanError(f"{what} is not terminated.", start)
    return match.end()


def _end_of_string(sql: str, start: int, position: int, pattern: re.Pattern[str]) -> int:
    """End of a string; it continues if a line break and another quote follow, with the rules of its first part."""
    position = _end(pattern, sql, position, start, "A string")
    while more := _CONTINUATION.match(sql, position):
        position = _end(pattern, sql, more.end(), start, "A string")
    return position


def _end_of_dollar(sql: str, start: int, position: int) -> int:
    tag = sql[start:position]
    end = sql.find(tag, position)
    if end < 0:
        raise ScanError("A dollar-quoted string is not terminated.", start)
    return end + len(tag)


def _end_of_comment(sql: str, start: int) -> int:
    depth = 0
    for mark in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    raise ScanError("A comment is not terminated.", start)


def _joined_unicode_names(sql: str, found: list[Token]) -> Iterator[Token]:
    """Decode names of the form `U&"..."`, with an optional UESCAPE, to their text."""
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
        raise ScanError("UESCAPE must be followed by one escape character in single quotes.", found[0].start)
    return literal[1], found[-1].end


def _spelled(token: Token, escape: str) -> str:
    mark = re.escape(escape)
    pattern = re.compile(rf"{mark}(?:([0-9A-Fa-f]{{4}})|\+([0-9A-Fa-f]{{6}})|({mark})|)")

    def character(match: re.Match[str]) -> str:
        if match[3]:
            return escape
        if not (code := match[1] or match[2]) or not 0 < int(code, 16) <= 0x10FFFF:
            raise ScanError('A name of the form U&"..." contains an invalid escape.', token.start)
        return chr(int(code, 16))

    spelled = pattern.sub(character, token.text)
    try:
        # PostgreSQL also reads a surrogate pair as one character.
        return spelled.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as exc:
        raise ScanError('A name of the form U&"..." contains a lone surrogate.', token.start) from exc
