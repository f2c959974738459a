"""libpq's own parser of connection strings, as an oracle."""

import ctypes
import ctypes.util

import pytest


class _Option(ctypes.Structure):
    _fields_ = (
        ("keyword", ctypes.c_char_p),
        ("envvar", ctypes.c_char_p),
        ("compiled", ctypes.c_char_p),
        ("val", ctypes.c_char_p),
        ("label", ctypes.c_char_p),
        ("dispchar", ctypes.c_char_p),
        ("dispsize", ctypes.c_int),
    )


def conninfo_words(text: str) -> dict[str, str] | None:
    """The words that libpq reads in a connection string; None where it refuses it."""
    name = ctypes.util.find_library("pq")
    if name is None:
        pytest.skip("libpq is not installed")
    parse = ctypes.CDLL(name).PQconninfoParse
    parse.restype = ctypes.POINTER(_Option)
    options = parse(text.encode(), None)
    if not options:
        return None
    words: dict[str, str] = {}
    place = 0
    while options[place].keyword:
        if options[place].val is not None:
            words[options[place].keyword.decode()] = options[place].val.decode()
        place += 1
    return words
