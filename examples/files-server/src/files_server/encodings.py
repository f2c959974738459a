"""Decoding of text files: by byte order mark, as UTF-8, or in a detected encoding."""

import codecs

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DETECTED_BYTES = 65_536  # size of the sample for the detection
CLEAR_MARGIN = 0.1  # candidates whose `chaos` (0 to 1) is this close to the best one's count as possible too
NOT_IN_FILES = (  # of mainframes, or not reliably detected without a byte order mark
    *("cp037", "cp500", "cp1026", "cp1140", "cp273", "cp424", "cp875", "utf_7"),
    *("utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"),
)
WESTERN = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøœùúûüýßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜÝ€£©®™°§«»¿¡·ºª²³½“”„…—\xa0"
    "\u2018\u2019\u201a\u2013\u00d7"  # quotation marks, dash and times sign, escaped because they resemble others
)
MAX_WESTERN_SHARE = 0.35  # maximum share of such characters: Western European texts are mostly ASCII


def decoded(raw: bytes) -> tuple[str, str] | None:
    """Decode `raw` and return the text and the name of its encoding; None if it is binary or the encoding is ambiguous.

    Undecodable bytes are never replaced. If several encodings give different texts, none is chosen, except
    Windows-1252 for a Western European text; the returned name then says that it is not certain.
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
    from charset_normalizer import from_bytes  # imported only for files that are not UTF-8

    matches = from_bytes(_beginning(raw), cp_exclusion=list(NOT_IN_FILES))
    best = matches.best()
    if best is None:
        return None
    readings = {str(match) for match in matches if match.chaos <= best.chaos + CLEAR_MARGIN}
    return _whole(raw, best.encoding) if len(readings) == 1 else _western(raw)


def _beginning(raw: bytes) -> bytes:
    """The sample for the detection, cut at the end of a line so that no multi-byte character is split."""
    head = raw[:DETECTED_BYTES]
    return head[: head.rfind(b"\n") + 1] or head if len(raw) > len(head) else head


def _western(raw: bytes) -> tuple[str, str] | None:
    """Decode as Windows-1252 if all non-ASCII characters are common in Western European texts; else None."""
    found = _whole(raw, "cp1252")
    if found is None:
        return None
    foreign = [character for character in found[0] if not character.isascii()]
    fits = WESTERN.issuperset(foreign) and len(foreign) <= MAX_WESTERN_SHARE * len(found[0])
    return (found[0], "cp1252, which fits but is not certain") if fits else None
