"""Text encodings of files: declared by a byte order mark, UTF-8, or detected."""

import codecs

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DETECTED_BYTES = 65_536  # enough to tell an encoding


def decoded(raw: bytes) -> tuple[str, str] | None:
    """The text of `raw` and the name of its encoding; None where it is no text in a known encoding.

    No character is ever replaced: what does not decode is no text of that encoding.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _whole(raw.removeprefix(mark) if encoding == "utf-8" else raw, encoding)
    if b"\0" in raw:
        return None
    return _whole(raw, "utf-8") or _detected(raw)


def _whole(raw: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def _detected(raw: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes  # only for files that are not UTF-8

    best = from_bytes(raw[:DETECTED_BYTES]).best()
    return _whole(raw, best.encoding) if best is not None else None
