"""Replacement of a text in a file's bytes, in the encoding and with the line ends of the file."""

from mcp_chassis.failures import Conflict

_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def replaced(path: str, content: bytes, old: str, new: str) -> bytes:
    """Replace `old`, which must occur exactly once in the content of a file, by `new`.

    If every line of the file ends in CR LF, the line ends in both texts are converted to CR LF.

    Raises:
        Conflict: if `old` does not occur, or occurs more than once.
    """
    encoding = _UTF16.get(content[:2], "utf-8")
    if _has_crlf_only(content, encoding):
        old, new = (text.replace("\r\n", "\n").replace("\n", "\r\n") for text in (old, new))
    before, after = old.encode(encoding), new.encode(encoding)
    places = _places(content, before, step=1 if encoding == "utf-8" else 2)
    if len(places) != 1:
        found = "is not in the file" if not places else f"occurs in the file {len(places)} times"
        raise Conflict(f"{path}: the text in old {found}.", remedy="Give exact text, with enough context to be unique.")
    return content[: places[0]] + after + content[places[0] + len(before) :]


def _has_crlf_only(content: bytes, encoding: str) -> bool:
    line_feed, both = "\n".encode(encoding), "\r\n".encode(encoding)
    count = content.count(both)
    return count > 0 and count == content.count(line_feed)


def _places(content: bytes, text: bytes, step: int) -> list[int]:
    """Byte offsets of all occurrences of a text, overlapping ones included, that are multiples of `step`."""
    places: list[int] = []
    start = content.find(text)
    while start >= 0:
        if start % step == 0:
            places.append(start)
        start = content.find(text, start + 1)
    return places
