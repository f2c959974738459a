"""Requests and answers of the scripted GitHub, and the little HTTP/1.1 they need."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

REASONS = {
    200: "OK",
    201: "Created",
    301: "Moved Permanently",
    302: "Found",
    304: "Not Modified",
    307: "Temporary Redirect",
}
LAST_NUMBERED_PAGE = 100
DOCUMENTATION = "https://docs.github.com/rest"


@dataclass
class Request:
    """One request as it came; `path` is still percent-encoded and without the API's own prefix."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    started: float = 0.0
    ended: float = 0.0
    status: int = 0
    login: str | None = None
    bytes_out: int = 0

    def value(self, name: str, default: str = "") -> str:
        return dict(self.query).get(name, default)

    def number(self, name: str, default: int) -> int:
        text = self.value(name)
        return int(text) if text.isdigit() else default

    @property
    def sent(self) -> Any:
        return json.loads(self.body or b"{}")

    def wants(self, kind: str) -> bool:
        """Whether the Accept header asks for one of GitHub's media types: diff, raw, text-match."""
        return f".{kind}" in self.headers.get("accept", "")

    def with_page(self, page: int, **more: str) -> str:
        changed = {"page": str(page), **more}
        return urlencode([pair for pair in self.query if pair[0] not in changed] + list(changed.items()))


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    media_type: str = "application/json; charset=utf-8"
    published: bool = False

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()

    def tagged(self) -> "Answer":
        """With the ETag GitHub gives to what can be read again."""
        self.headers.setdefault("ETag", f'W/"{hashlib.sha256(self.content()).hexdigest()}"')
        return self


class Refusal(Exception):
    """An error answer in GitHub's own words."""

    def __init__(self, status: int, message: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(message)
        body = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status), **more}
        self.answer = Answer(status, body, headers or {})


def invalid(field_name: str, code: str, resource: str = "Issue", **more: Any) -> Refusal:
    error = {"resource": resource, "field": field_name, "code": code, **more}
    return Refusal(422, "Validation Failed", errors=[error])


async def read_request(reader: asyncio.StreamReader, prefix: str) -> Request | None:
    """The next request of a connection, or None when it is over."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Request(method, path.removeprefix(prefix), parse_qsl(query, keep_blank_values=True), headers, body)


def written(answer: Answer, *, head_only: bool = False) -> bytes:
    content = answer.content()
    headers = {"Content-Type": answer.media_type, **answer.headers}
    if answer.status != 304:
        headers["Content-Length"] = str(len(content))
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Answer')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if head_only or answer.status == 304 else content)


def deep_pages(request: Request, base: str, things: list[Any]) -> tuple[list[Any], dict[str, str]]:
    """The same for a list that GitHub lets nobody number through: beyond page 100 only its own links lead on."""
    if request.number("page", 1) > LAST_NUMBERED_PAGE and not request.value("after"):
        message = (
            "In order to keep the API fast for everyone, pagination with the page parameter is not supported here."
        )
        raise Refusal(422, message)
    page, headers = pages(request, base, things)
    link = headers.get("Link", "")
    return page, {"Link": link.replace('>; rel="next"', '&after=Y3Vyc29yOjE%3D>; rel="next"')} if link else {}


def pages(
    request: Request, base: str, things: list[Any], *, last_total: int | None = None
) -> tuple[list[Any], dict[str, str]]:
    """One page of a list and the Link header that GitHub sends with it."""
    size = min(max(request.number("per_page", 30), 1), 100)
    page = max(request.number("page", 1), 1)
    total = len(things) if last_total is None else last_total
    last = max(1, -(-total // size))
    links: list[str] = []
    for name, number, there in (
        ("prev", page - 1, page > 1),
        ("next", page + 1, page < last),
        ("last", last, page < last),
        ("first", 1, page > 1),
    ):
        if there:
            links.append(f'<{base}{request.path}?{request.with_page(number)}>; rel="{name}"')
    headers = {"Link": ", ".join(links)} if links else {}
    return things[(page - 1) * size : page * size], headers


def decoded(text: str) -> str:
    return unquote(text)
