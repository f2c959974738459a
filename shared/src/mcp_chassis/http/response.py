"""HTTP responses of an upstream: complete bodies, decoded and parsed on demand."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from mcp_chassis.failures import Effect, UpstreamError
from mcp_chassis.http.records import Parsed, RecordList, read_record, read_records

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r'\brel="?([a-z]+)')
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:+-]{1,40})""", re.IGNORECASE)
_LONE = re.compile(rb"\\u[dD][89a-fA-F]")


class InvalidResponse(UpstreamError):
    """A response that cannot be used. A retry would not help; the outcome of a write is unknown."""

    def __init__(self, message: str) -> None:
        super().__init__(message, effect=Effect.AMBIGUOUS)


@dataclass(frozen=True)
class Response:
    """An HTTP response of any status. Header names are in lower case; repeated ones are joined by commas.

    `skipped_bytes` counts the bytes before `body` if only the end was requested. `redirected_by` is the status of the
    last redirect of a write, or 303 if any of its redirects had that status; None without a redirect.
    """

    upstream: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    recovered: bool = False
    skipped_bytes: int = 0
    redirected_by: int | None = None

    @classmethod
    def looked_up(cls, upstream: str, item: Any) -> Self:
        """A response with the item that a look-up found after the response itself was lost."""
        return cls(upstream, 200, {}, json.dumps(item).encode(), recovered=True)

    @cached_property
    def text(self) -> str:
        """The body as text in the character set of the header; in UTF-8 if it has none or an unknown one.

        Raises:
            InvalidResponse: when it is not text in that character set.
        """
        return self._decoded("utf-8")

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None where there is none (202, 204, 205).

        Raises:
            InvalidResponse: when it is not JSON, or nested too deeply.
        """
        return self._load()

    @cached_property
    def exact_json(self) -> Any:
        """The body as JSON, in which a number that a float would change is a string, such as "1e999"; else as `json`.

        Raises:
            InvalidResponse: when it is not JSON, or nested too deeply.
        """
        return self._read_json(parse_float=_exact_number)

    def record(self, kind: type[Parsed], *, operation: str, at: str = "") -> Parsed:
        """The body, or the part of it at `at`, as a record; see `read_record`.

        Raises:
            UpstreamError: naming the upstream, the operation and the field that cannot be read.
        """
        return read_record(self._load(operation), kind, upstream=self.upstream, operation=operation, at=at)

    def records(self, kind: type[Parsed], *, operation: str, at: str = "", noun: str = "items") -> RecordList[Parsed]:
        """The list in the body, or at `at`, as records; see `read_records`.

        Raises:
            UpstreamError: naming the upstream and the operation, when there is no list.
        """
        data = self._load(operation)
        return read_records(data, kind, upstream=self.upstream, operation=operation, at=at, noun=noun)

    @property
    def is_json(self) -> bool:
        return "json" in self.headers.get("content-type", "")

    @property
    def is_html(self) -> bool:
        kind, begin = self.headers.get("content-type", ""), self.body[:64].lstrip().lower()
        return "html" in kind or (begin.startswith(b"<") and not begin.startswith(b"<?xml") and "xml" not in kind)

    @cached_property
    def links(self) -> dict[str, str]:
        """The addresses of the `Link` header by their relation: next, prev, first, last."""
        pairs = ((_REL.search(more), address) for address, more in _LINK.findall(self.headers.get("link", "")[:8192]))
        return {rel.group(1): address for rel, address in pairs if rel}

    def page(self, rel: str = "next") -> dict[str, str] | None:
        """The query parameters of another page, to be requested at the same path; None if there is none."""
        address = self.links.get(rel)
        return None if address is None else dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))

    def _load(self, operation: str = "") -> Any:
        return self.json if "json" in self.__dict__ else self._read_json(operation)

    def _read_json(self, operation: str = "", parse_float: Callable[[str], Any] = float) -> Any:
        if not self.body and self.status in {202, 204, 205}:
            return None
        try:
            return _parsed(self._decoded(json.detect_encoding(self.body)), self.body, parse_float)
        except RecursionError as exc:
            raise self._unreadable("data that is nested too deeply", operation) from exc
        except ValueError as exc:
            kind = "a web page" if self.is_html else "something that is not JSON"
            raise self._unreadable(kind, operation) from exc

    def _decoded(self, default: str) -> str:
        """The body in the character set of its `content-type`, else in `default`; without a byte order mark.

        Raises:
            InvalidResponse: when it is not text in that character set.
        """
        declared = _CHARSET.search(self.headers.get("content-type", ""))
        for encoding in (declared.group(1), default) if declared else (default,):
            try:
                return self.body.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as exc:
                raise self._unreadable(f"text that is not {encoding.upper()}") from exc
            except (LookupError, UnicodeError):  # not a character set, or Python's codec `undefined`
                continue
        raise self._unreadable("text in a character set that is not known")

    def _unreadable(self, what: str, operation: str = "") -> InvalidResponse:
        answered = f"{self.upstream} responded{f' to the request to {operation}' if operation else ''}"
        return InvalidResponse(f"{answered} with {what}; the fault is on its side or in its address.")


def _parsed(text: str, raw: bytes, parse_float: Callable[[str], Any]) -> Any:
    parsed = json.loads(text, parse_constant=_refuse, parse_float=parse_float)
    if _LONE.search(raw):
        # Halves of surrogate pairs are valid JSON but not valid text: they cannot be encoded as UTF-8.
        return json.loads(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))
    return parsed


def _exact_number(digits: str) -> float | str:
    """A JSON number as a float, or unchanged as text where the float has another value."""
    number = float(digits)
    try:
        return number if Decimal(repr(number)) == Decimal(digits) else digits
    except InvalidOperation:  # an exponent of more digits than Decimal reads
        return digits


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
