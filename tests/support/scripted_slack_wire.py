"""HTTP as the scripted Slack reads and writes it, and counts over what came."""

from collections.abc import Iterator
from http import HTTPStatus


def request_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    verb, target, _ = first.split(" ", 2)
    pairs: Iterator[tuple[str, str, str]] = (line.partition(":") for line in lines if line)
    return verb, target, {name.casefold(): value.strip() for name, _, value in pairs}


def http_response(status: int, body: bytes, extra: dict[str, str]) -> bytes:
    kind = "text/html" if body[:1] == b"<" else "application/json; charset=utf-8"
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), **extra}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + body


def busiest_second(times: list[float]) -> int:
    """The most events within any one second."""
    ordered = sorted(times)
    return max((sum(start <= other < start + 1 for other in ordered) for start in ordered), default=0)
