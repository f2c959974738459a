"""API keys: random, stored as SHA-256, compared in constant time, each with its scopes.

A file has one `name sha256:HEX scope,scope` a line, followed by options: `expires=2027-01-31`, `limit=120/60` for
every kind of call, `limit:write=10/60` for one. Lines of the older form `key=scope,scope` are read too and
hashed in memory; such a key is named by its digest, so that it keeps its name when lines move.
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Self

from mcp_chassis.environment import UTF8_OR_BOM
from mcp_chassis.remote.auth.scopes import ADMIN, COMPLETION, PROTOCOL, SINGLE_KEY, TOOL_CLASSES, known
from mcp_chassis.remote.http.rate_limiter import RequestRate
from mcp_chassis.settings import BadSettings
from mcp_chassis.tools import PROMPTS, RESOURCES

logger = logging.getLogger(__name__)

PREFIX = "tr_"
RANDOM_BYTES = 32
NAME_DIGITS = 12
LIMITED_KINDS = (*TOOL_CLASSES, ADMIN, RESOURCES, PROMPTS, COMPLETION, PROTOCOL)
"""The kinds of calls that are rate limited separately."""
SINGLE = "#"
"""Prefix of the name of the key of `MCP_API_KEY`, with which no name in a file can begin."""
_HASHED = re.compile(
    r"(?P<name>[\w.@-]{1,64})\s+sha256:(?P<digest>[0-9a-f]{64})\s+(?P<scopes>[^\s=]+)(?P<options>(?:\s+\S+)*)"
)
_PLAIN = re.compile(r"(?P<key>[!-<>-~]{1,512})\s*=\s*(?P<scopes>\S+)")
_MISSPELT = re.compile(r"[a-z:_-]{1,20}")  # anything else may be a key in the wrong place, and is not shown
FILE_CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class ApiKey:
    """One key: its name, its digest and its scopes.

    Args:
        name, digest, scopes: as in the file.
        expires: the last day on which it is valid, in UTC; None for a key that does not expire.
        limits: rates of calls by kind (`read`, `write`, `resources`, ...); the empty kind is for all others.
    """

    name: str
    digest: bytes
    scopes: frozenset[str]
    expires: date | None = None
    limits: tuple[tuple[str, RequestRate], ...] = ()

    @classmethod
    def of(cls, name: str, secret: str, scopes: Iterable[str]) -> Self:
        return cls(name, digest(secret), frozenset(scopes))

    def line(self) -> str:
        """The key's line in a key file."""
        options = [f"expires={self.expires.isoformat()}"] if self.expires else []
        options += [f"limit{kind and f':{kind}'}={rate}" for kind, rate in self.limits]
        return " ".join([self.name, f"sha256:{self.digest.hex()}", ",".join(sorted(self.scopes)), *options])

    def has_expired(self, today: date) -> bool:
        return self.expires is not None and self.expires < today


def digest(secret: str) -> bytes:
    """The SHA-256 of a key."""
    return hashlib.sha256(secret.encode()).digest()


def name_of(secret: str) -> str:
    """The name of a key that has none: `key-` and a digest of its digest."""
    return f"key-{hashlib.sha256(digest(secret)).hexdigest()[:NAME_DIGITS]}"


def new_secret() -> str:
    """A key of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


@dataclass(frozen=True)
class Parsed:
    """The keys of a file, the number of those in plain text, and the problems of invalid lines."""

    keys: tuple[ApiKey, ...]
    in_clear: int
    problems: tuple[str, ...]


def parse(text: str, *, hashed_only: bool = False) -> Parsed:
    """Read the lines of a key file; `#` begins a comment. A problem names its line and never its content."""
    keys: list[ApiKey] = []
    problems: list[str] = []
    in_clear = 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            key, clear = _key(stripped)
        except ValueError as exc:
            problems.append(f"line {number}: {exc}")
            continue
        if clear and hashed_only:
            problems.append(f"line {number}: a key in plain text is refused here; `toolroll keys hash` converts it")
            continue
        in_clear += clear
        keys.append(key)
    names = [key.name for key in keys]
    problems += [f"two keys are called {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    return Parsed(tuple(keys), in_clear, tuple(problems))


def _key(line: str) -> tuple[ApiKey, bool]:
    if match := _HASHED.fullmatch(line):
        key = ApiKey(match["name"], bytes.fromhex(match["digest"]), _scopes(match["scopes"]))
        return with_options(key, match["options"].split()), False
    if match := _PLAIN.fullmatch(line):
        return ApiKey.of(name_of(match["key"]), match["key"], _scopes(match["scopes"])), True
    raise ValueError("must be `name sha256:HEX scope,scope`")


def with_options(key: ApiKey, options: Iterable[str]) -> ApiKey:
    """The key with its options: `expires=DATE`, `limit=RATE` or `limit:KIND=RATE`.

    Raises:
        ValueError: when an option is invalid; lists the valid ones.
    """
    limits = dict(key.limits)
    for option in options:
        name, _, value = option.partition("=")
        kind = name.removeprefix("limit").removeprefix(":")
        if name == "expires":
            key = replace(key, expires=_day(value))
        elif name == "limit" or (name.startswith("limit:") and kind in LIMITED_KINDS):
            limits[kind] = RequestRate.parse(value)
        else:
            kinds = ", ".join(LIMITED_KINDS)
            raise ValueError(f"an option is expires=DATE, limit=CALLS/SECONDS or limit:KIND=CALLS/SECONDS of {kinds}")
    return replace(key, limits=tuple(sorted(limits.items())))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("expires= needs a day such as 2027-01-31") from None


def _scopes(text: str) -> frozenset[str]:
    scopes = frozenset(part for part in text.split(",") if part)
    if unknown := sorted(scope for scope in scopes if not known(scope)):
        which = f"called {unknown[0]}" if _MISSPELT.fullmatch(unknown[0]) else "of that name"
        raise ValueError(f"there is no scope {which}")
    if not scopes:
        raise ValueError("names no scope")
    return scopes


class ApiKeyStore:
    """The keys of `MCP_API_KEY` and of a file that is read again when it changes.

    Args:
        single: the one key of `MCP_API_KEY`.
        path: the key file.
        hashed_only: refuse keys in plain text.
        clock: returns monotonic seconds; the file is checked at most once a second.

    Raises:
        BadSettings: when the file cannot be read or has an invalid line.
    """

    def __init__(
        self,
        single: str | None = None,
        path: Path | None = None,
        *,
        hashed_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._single = (ApiKey.of(f"{SINGLE}{name_of(single)}", single, SINGLE_KEY),) if single else ()
        self._path = path
        self._hashed_only = hashed_only
        self._clock = clock
        self._checked_at = clock()
        self._stamp = self._stat()
        self._from_file: tuple[ApiKey, ...] = self._read_first()

    def find(self, secret: str) -> ApiKey | None:
        """The key with this secret, which may have expired; else None. All are compared, against timing attacks."""
        self._reload_if_changed()
        presented = digest(secret)
        found = None
        for key in (*self._single, *self._from_file):
            if hmac.compare_digest(key.digest, presented):
                found = key
        return found

    def _read_first(self) -> tuple[ApiKey, ...]:
        if self._path is None:
            return ()
        try:
            parsed = self._parsed(self._path)
        except (OSError, ValueError):
            raise BadSettings(["MCP_API_KEYS_FILE: the file cannot be read"]) from None
        if parsed.problems:
            raise BadSettings([f"MCP_API_KEYS_FILE: {problem}" for problem in parsed.problems])
        return parsed.keys

    def _reload_if_changed(self) -> None:
        if self._path is None or self._clock() - self._checked_at < FILE_CHECK_SECONDS:
            return
        self._checked_at = self._clock()
        stamp = self._stat()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            parsed = self._parsed(self._path)
        except (OSError, ValueError):
            logger.critical("The key file cannot be read: every key in it is refused.")
            self._from_file = ()
            return
        for problem in parsed.problems:
            logger.error("The key file was read again: %s", problem)
        self._from_file = parsed.keys
        logger.info("The key file was read again: %d keys.", len(parsed.keys))

    def _parsed(self, path: Path) -> Parsed:
        parsed = parse(path.read_text(encoding=UTF8_OR_BOM), hashed_only=self._hashed_only)
        if parsed.in_clear:
            logger.warning("%d keys are in plain text: `toolroll keys hash FILE` converts the file.", parsed.in_clear)
        return parsed

    def _stat(self) -> tuple[int, ...] | None:
        if self._path is None:
            return None
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino  # permissions change only the ctime
