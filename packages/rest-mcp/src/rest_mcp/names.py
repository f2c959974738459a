"""Validated string types of a bridge file: names, environment variables, headers, field paths, requests."""

import re
from keyword import iskeyword
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator, Field

RESERVED = {"cursor", "idempotency_key", "apis", "ctx"}
RESERVED_PREFIXES = ("MCP_", "REST_", "TOOLROLL_")
FORBIDDEN_HEADERS = {
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "te",
    "trailer",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "x-request-id",
}
PLACE = re.compile(r"\{(\+?)([^{}]*)\}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, section 5.6.2
_STEP = r"(?:[^.\"\\\x00-\x1f]|\\\.)+"
_FIELD = re.compile(rf"{_STEP}(\.{_STEP})*")
_DOT = re.compile(r"(?<!\\)\.")
_SEGMENT = re.compile(r"([A-Za-z0-9_~!$&'()*+,;=:@.-]|\{\+?\w+\})+", re.ASCII)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text) or iskeyword(text):
        raise ValueError("must be lower-case words joined by underscores, and not a Python keyword")
    return text


def _parameter_name(text: str) -> str:
    if text in RESERVED:
        raise ValueError(f"cannot be called {text}: the server has a parameter of this name itself")
    return _name(text)


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text) or text.startswith(RESERVED_PREFIXES):
        raise ValueError("must be the name of an environment variable in capitals, and not one of this server's own")
    return text


def is_header(text: str) -> bool:
    """Whether the text is the name of a header that a bridge file may set."""
    return bool(_TOKEN.fullmatch(text)) and text.lower() not in FORBIDDEN_HEADERS


def _header(text: str) -> str:
    if not is_header(text):
        raise ValueError("must be the name of a header that may be set, such as Authorization or X-API-Key")
    return text


def _field(text: str) -> str:
    if not _FIELD.fullmatch(text) or text != text.strip() or not text.isprintable():
        raise ValueError(
            "must be field names joined by dots, such as customer.name; a dot within a name is written \\."
        )
    return text


def steps_of(path: str) -> list[str]:
    r"""Split a dotted path into field names; `\.` is a dot within a name."""
    return [step.replace("\\.", ".") for step in _DOT.split(path)]


def path_of(name: str) -> str:
    """Return a field name as a dotted path, with the dots in the name escaped."""
    return name.replace(".", "\\.")


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable text")
    return text.strip()


def _request(text: str) -> str:
    """Validate a method and a path: the path cannot leave the API's URL, nor start a query."""
    method, _, path = text.partition(" ")
    if method not in METHODS:
        raise ValueError(f"must begin with a method ({', '.join(METHODS)}) and one space")
    segments = path.split("/")
    if segments[0] or len(segments) < 2:
        raise ValueError("must have a path that begins with /")
    for place, segment in enumerate(segments[1:], 1):
        last_and_empty = place == len(segments) - 1 and not segment
        if not last_and_empty and not _is_segment(segment):
            raise ValueError("must have a path of plain segments and {name}; no query, no `..`, nothing encoded twice")
    return text


def _is_segment(segment: str) -> bool:
    """Whether a path segment is still one segment after it has been percent-decoded, even twice."""
    plain, decoded = _ESCAPE.sub("_", segment), unquote(segment)
    climbs = decoded in {".", ".."} or "/" in decoded or "\\" in decoded or "%" in decoded
    return bool(_SEGMENT.fullmatch(plain)) and decoded.isprintable() and not climbs


def places(request: str) -> dict[str, bool]:
    """The variables in a request's path, and whether each may span several segments (`{+name}`)."""
    return {name: bool(several) for several, name in PLACE.findall(request)}


Name = Annotated[str, Field(max_length=64), AfterValidator(_name)]
ParameterName = Annotated[str, Field(max_length=64), AfterValidator(_parameter_name)]
Variable = Annotated[str, Field(max_length=64), AfterValidator(_variable)]
HeaderName = Annotated[str, Field(max_length=64), AfterValidator(_header)]
FieldPath = Annotated[str, Field(max_length=200), AfterValidator(_field)]
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_line)]
Request = Annotated[str, Field(max_length=500), AfterValidator(_request)]
QueryName = Annotated[str, Field(max_length=100, pattern=r"^[^\s&=#?]+$")]
