"""A part of a file's bytes replaced by exact text, in the encoding and with the line ends that the file has."""

from mcp_chassis.failures import Conflict

_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def replaced(path: str, content: bytes, old: str, new: str) -> bytes:
    """The content with `old`, which must stand in it exactly once, replaced by `new`.

    Where every line of the file ends in CR LF, the lines of both texts do too.

    Raises:
        Conflict: when `old` stands in it never, or more than once.
    """
    encoding = _UTF16.get(content[:2], "utf-8")
    if _has_crlf_only(content, encoding):
        old, new = (text.replace("\r\n", "\n").replace("\n", "\r\n") for text in (old, new))
    before, after = old.encode(encoding), new.encode(encoding)
    places = _places(content, before, step=1 if encoding == "utf-8" else 2)
    if len(places) != 1:
        found = "is not in the file" if not places else f"stands in the file {len(places)} times"
        raise Conflict(f"{path}: old {found}.", remedy="Give the exact text, with enough around it to be unique.")
    return content[: places[0]] + after + content[places[0] + len(before) :]


def _has_crlf_only(content: bytes, encoding: str) -> bool:
    line_feed, both = "\n".encode(encoding), "\r\n".encode(encoding)
    count = content.count(both)
    return count > 0 and count == content.count(line_feed)


def _places(content: bytes, text: bytes, step: int) -> list[int]:
    """The offsets where the text begins, overlaps included; of UTF-16 at whole characters alone."""
    places: list[int] = []
    start = content.find(text)
    while start >= 0:
        if start % step == 0:
            places.append(start)
        start = content.find(text, start + 1)
    return places
