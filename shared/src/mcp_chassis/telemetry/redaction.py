"""Redaction of secrets from logs and results: those of this process, and those of the current call."""

import base64
import json
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote, urlsplit

REMOVED = "[secret removed]"
MIN_SECRET_CHARS = 4
MIN_LINE_CHARS = 16
# A password such as `postgres` is also an ordinary word: it is removed from log lines, but not from results.
_WORD = re.compile(r"[a-z]{1,11}")
MIN_RESULT_SECRET_CHARS = 8


secrets_of_call: ContextVar[list[str] | None] = ContextVar("call_secrets", default=None)
"""Secrets of the current caller; a task with a context of its own must copy them to work for the call."""


class Redactor:
    """Removes registered secrets in their raw, URL-encoded, base64 and JSON-escaped forms."""

    def __init__(self) -> None:
        self._log_forms: tuple[str, ...] = ()
        self._result_forms: tuple[str, ...] = ()

    def register(self, secret: str) -> None:
        """Redact a secret from now on, and with it the password of a URL and each line of a key."""
        for value in _values(secret):
            forms = set(_forms(value))
            self._log_forms = _longest_first({*self._log_forms, *forms})
            if len(value) >= MIN_RESULT_SECRET_CHARS and not _WORD.fullmatch(value):
                self._result_forms = _longest_first({*self._result_forms, *forms})

    def scrub_log(self, text: str) -> str:
        """A log text without any registered secret."""
        return _without_call_secrets(_without(text, self._log_forms))

    def scrub(self, text: str) -> str:
        """A result text without registered secrets, except ordinary words; the same object if it contains none."""
        return _without_call_secrets(_without(text, self._result_forms))


@contextmanager
def call_secrets() -> Generator[None]:
    """Inside the block, also in tasks started there, redact the secrets added by `add_call_secret`.

    They belong to one caller; those of all callers are too many to search every text for.
    """
    token = secrets_of_call.set([])
    try:
        yield
    finally:
        secrets_of_call.reset(token)


def add_call_secret(secret: str | None) -> None:
    """Redact a secret in the current call; does nothing outside `call_secrets`."""
    current = secrets_of_call.get()
    if current is not None and secret and secret not in current:
        current.append(secret)


def _without_call_secrets(text: str) -> str:
    for secret in secrets_of_call.get() or ():
        text = _without(text, _forms_of_secret(secret))
    return text


@lru_cache(maxsize=1024)
def _forms_of_secret(secret: str) -> tuple[str, ...]:
    return _longest_first({form for value in _values(secret) for form in _forms(value)})


def _without(text: str, forms: tuple[str, ...]) -> str:
    for form in forms:
        if form in text:
            text = text.replace(form, REMOVED)
    return text


def _longest_first(forms: set[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _values(secret: str) -> Iterator[str]:
    yield from (part for part in (secret, secret.strip()) if len(part) >= MIN_SECRET_CHARS)
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= MIN_LINE_CHARS and not line.startswith("-----"))
    if "://" in secret:
        yield from (part for part in _passwords(secret) if len(part) >= MIN_SECRET_CHARS)


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
    lenient = "surrogatepass"  # a variable that is not UTF-8 has halves of surrogate pairs
    encoded_forms = (
        quote(value, safe="", errors=lenient),
        quote(value, errors=lenient),
        quote_plus(value, errors=lenient),
    )
    for encoded in encoded_forms:
        yield encoded
        yield re.sub("%..", lambda match: match[0].lower(), encoded)
    escaped = json.dumps(value)[1:-1]
    yield escaped
    yield json.dumps(escaped)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield from _base64_forms(value.encode("utf-8", lenient))


def _base64_forms(value: bytes) -> Iterator[str]:
    """Base64 of the value at each of three alignments, without the characters that depend on neighbouring bytes."""
    for offset in range(3):
        padded = b"\0" * offset + value
        first = -(-offset * 8 // 6)
        last = len(padded) * 8 // 6
        inside = base64.b64encode(padded).decode()[first:last]
        if len(inside) >= MIN_SECRET_CHARS:
            yield inside
            yield inside.replace("+", "-").replace("/", "_")


_process = Redactor()
register_secret = _process.register
scrub = _process.scrub
scrub_log = _process.scrub_log
