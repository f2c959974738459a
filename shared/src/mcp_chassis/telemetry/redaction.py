"""The secret values of this process, and their removal from any text before it leaves."""

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

REMOVED = "[secret removed]"
_SHORTEST = 4
_SHORTEST_LINE = 16
# A password such as `postgres` is also a word of many answers; a log line can spare the word, an answer cannot.
_WORD = re.compile(r"[a-z]{1,11}")
_SHORTEST_IN_ANSWERS = 8


class Redactor:
    """Knows secret values in the forms in which they could turn up: raw, URL-encoded, base64, JSON-escaped."""

    def __init__(self) -> None:
        self._everywhere: tuple[str, ...] = ()
        self._in_answers: tuple[str, ...] = ()

    def register(self, secret: str) -> None:
        """Remove this value from now on; a URL's password and each line of a key count as values too."""
        for value in _values(secret):
            forms = set(_forms(value))
            self._everywhere = _longest_first({*self._everywhere, *forms})
            if len(value) >= _SHORTEST_IN_ANSWERS and not _WORD.fullmatch(value):
                self._in_answers = _longest_first({*self._in_answers, *forms})

    def scrub_log(self, text: str) -> str:
        """The text without any registered value."""
        return _without(text, self._everywhere)

    def scrub(self, text: str) -> str:
        """The text without registered values that are no ordinary words; the same object when there was none."""
        return _without(text, self._in_answers)


def _without(text: str, forms: tuple[str, ...]) -> str:
    for form in forms:
        if form in text:
            text = text.replace(form, REMOVED)
    return text


def _longest_first(forms: set[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _values(secret: str) -> Iterator[str]:
    yield from (part for part in (secret, secret.strip()) if len(part) >= _SHORTEST)
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----"))
    if "://" in secret:
        yield from (part for part in _passwords(secret) if len(part) >= _SHORTEST)


def _passwords(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)


def _forms(value: str) -> Iterator[str]:
    yield value
    for encoded in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield encoded
        yield re.sub("%..", lambda match: match[0].lower(), encoded)
    escaped = json.dumps(value)[1:-1]
    yield escaped
    yield json.dumps(escaped)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield from _base64_forms(value.encode("utf-8", "surrogatepass"))


def _base64_forms(value: bytes) -> Iterator[str]:
    """Base64 of the value at each of the three places in a group it can begin, without what its neighbours change."""
    for offset in range(3):
        padded = b"\0" * offset + value
        first = -(-offset * 8 // 6)
        last = len(padded) * 8 // 6
        inside = base64.b64encode(padded).decode()[first:last]
        if len(inside) >= _SHORTEST:
            yield inside
            yield inside.replace("+", "-").replace("/", "_")


_process = Redactor()
register_secret = _process.register
scrub = _process.scrub
scrub_log = _process.scrub_log
