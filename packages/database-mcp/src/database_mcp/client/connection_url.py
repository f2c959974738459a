"""Parser of database URLs and `key=value` connection strings, as of libpq, into arguments of asyncpg's connect.

Options of hosting providers and object-relational mappers are translated or ignored. A problem names the option
that cannot be used, and never a value.
"""

import configparser
import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

URL_SCHEMES = ("postgresql://", "postgres://")
MAX_CONNECT_TIMEOUT_SECONDS = 30.0

# Prefixes of psql, JDBC and SQLAlchemy before the same URL.
_PREFIX = re.compile(r"^(?:(?:export\s+)?[A-Z][A-Z0-9_]*=(?=[\"']?postgres)|psql\s+|jdbc:)+")
_DRIVER = re.compile(r"^(postgres(?:ql)?)\+[a-z0-9_]+://")
_PAIR = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))\s*", re.DOTALL)
_SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SESSION_ATTRIBUTES = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
_FILES = ("sslcert", "sslkey", "sslcrl")

# Options that asyncpg accepts unchanged: the first only in its DSN, the others as arguments.
_TLS_WORDS = frozenset({
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "ssl_min_protocol_version",
    "ssl_max_protocol_version",
})  # fmt: skip
_ARGUMENTS = frozenset({"passfile", "krbsrvname", "gsslib", "target_session_attrs"})
# Options of libpq, poolers and object-relational mappers without an effect in this server.
_IGNORED = frozenset({
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    "gssdelegation", "fallback_application_name", "client_encoding", "sslcompression", "sslsni",
    "sslcertmode", "load_balance_hosts", "pgbouncer", "connection_limit", "pool_timeout", "pool_size", "pool_mode",
    "max_pool_size", "min_pool_size", "statement_cache_size", "prepared_statement_cache_size", "prepared_statements",
    "preparethreshold", "preparedstatementcachequeries", "binarytransfer", "socket_timeout", "sockettimeout",
    "logintimeout", "uselibpqcompat", "supa", "workaround", "sslfactory", "async_fallback", "sslnegotiation",
})  # fmt: skip
_REFUSED: Mapping[str, str] = {
    "replication": "a replication connection runs no queries",
    "requirepeer": "the peer's user is not checked by this server",
    "require_auth": "asyncpg cannot require an authentication method",
}


class UnreadableUrl(ValueError):
    """Raised for a text that is neither a postgresql:// URL nor key=value pairs."""


@dataclasses.dataclass
class ConnectionOptions:
    """Arguments of asyncpg's connect; `problem`: why they cannot be used, `notes`: demands that are not checked."""

    arguments: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    tls_words: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    server_settings: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    connect_timeout: float | None = None
    system_certificates: bool = False
    problem: str | None = None
    notes: list[str] = dataclasses.field(default_factory=list[str])

    @property
    def dsn(self) -> str:
        """DSN with the TLS options, which asyncpg accepts only in a DSN."""
        return "postgresql://?" + "&".join(f"{word}={quote(value)}" for word, value in self.tls_words.items())

    @property
    def password(self) -> str | None:
        return self.arguments.get("password")

    @property
    def host_count(self) -> int:
        ports = self.arguments.get("port")
        return len(cast("list[int]", ports)) if isinstance(ports, list) else 1


def read_connection_options(text: str) -> ConnectionOptions:
    """Parse a database URL or key=value pairs.

    Raises:
        UnreadableUrl: the text is neither.
    """
    text = _PREFIX.sub("", text.strip())
    if text[:1] == text[-1:] and text[:1] in ("'", '"'):
        text = text[1:-1]
    text = _DRIVER.sub(r"\1://", text)
    words = _words_of_url(text) if text.startswith(URL_SCHEMES) else _words_of_pairs(text)
    options = ConnectionOptions()
    if (service := words.pop("service", None)) is not None:
        words = {**_words_of_service(options, service, words.pop("servicefile", None)), **words}
    for word, value in words.items():
        _take(options, word, value)
    _split_hosts(options)
    _check(options)
    return options


def _words_of_url(text: str) -> dict[str, str]:
    """Options of a URL, parsed strictly like libpq, and on failure with an unescaped password.

    A database's name with an unescaped @ counts as a failure: more likely the password contains a slash.
    """
    rest = text.partition("://")[2]
    for authority_end in (_first(rest, "/?"), _first_after_last_at(rest)):
        authority, tail = rest[:authority_end], rest[authority_end:]
        path, _, query = tail.partition("?")
        credentials, at, places = authority.rpartition("@")
        hosts = _hosts(places)
        if hosts is None or ("@" in path and ":" in credentials):
            continue
        user, colon, password = credentials.partition(":") if at else ("", "", "")
        found = {
            "user": unquote(user),
            "password": unquote(password) if colon else "",
            "host": hosts[0],
            "port": hosts[1],
            "dbname": unquote(path.removeprefix("/")),
        }
        return {**{word: value for word, value in found.items() if value}, **_query(query)}
    raise UnreadableUrl


def _first(text: str, marks: str) -> int:
    places = [place for place, character in enumerate(text) if character in marks]
    return places[0] if places else len(text)


def _first_after_last_at(text: str) -> int:
    at = text.rfind("@") + 1
    return at + _first(text[at:], "/?")


def _hosts(places: str) -> tuple[str, str] | None:
    """Hosts and ports of a URL, each separated by commas; None if a port is not a number."""
    hosts: list[str] = []
    ports: list[str] = []
    for place in places.split(",") if places else []:
        match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", place)
        if match is None or (match[2] and not 0 < int(match[2]) < 65536):
            return None
        hosts.append(unquote(match[1].strip("[]")))
        ports.append(match[2] or "")
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def _query(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split("&") if part)
    return {unquote(word): unquote(value) for word, _, value in pairs}


def _words_of_pairs(text: str) -> dict[str, str]:
    words: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PAIR.match(text, position)
        if match is None or match.end() == position:
            raise UnreadableUrl
        words[match[1]] = re.sub(r"\\(.)", r"\1", match[2] if match[2] is not None else match[3])
        position = match.end()
    if not words:
        raise UnreadableUrl
    return words


def _words_of_service(options: ConnectionOptions, service: str, file: str | None) -> dict[str, str]:
    """Options of a section in the connection service file; options of the URL override them."""
    folder = os.environ.get("PGSYSCONFDIR", "/etc/postgresql-common")
    places = [file or os.environ.get("PGSERVICEFILE") or "~/.pg_service.conf", f"{folder}/pg_service.conf"]
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read([Path(place).expanduser() for place in places], encoding="utf-8")
        return dict(parser[service])
    except (KeyError, configparser.Error, UnicodeDecodeError):
        options.problem = "its service is missing in the connection service file"
        return {}


def _take(options: ConnectionOptions, word: str, value: str) -> None:
    lowered = word.lower()
    if (handle := _TRANSLATED.get(lowered)) is not None:
        handle(options, value)
    elif lowered in _TLS_WORDS:
        options.tls_words[lowered] = value
    elif lowered in _ARGUMENTS:
        options.arguments[lowered] = value
    elif lowered in _REFUSED:
        options.problem = f"{word} cannot be used: {_REFUSED[lowered]}"
    elif lowered not in _IGNORED:
        # A setting of PostgreSQL such as search_path; the server reports an unknown one by name.
        options.server_settings[word] = value


def _connect_timeout(options: ConnectionOptions, value: str) -> None:
    try:
        seconds = float(value)
    except ValueError:
        options.problem = "connect_timeout is not a number of seconds"
        return
    options.connect_timeout = min(seconds, MAX_CONNECT_TIMEOUT_SECONDS) if seconds > 0 else None


def _channel_binding(options: ConnectionOptions, value: str) -> None:
    if value == "require":
        options.notes.append("channel_binding=require is not checked: verify the server with sslmode=verify-full.")


def _gss_encryption(options: ConnectionOptions, value: str) -> None:
    if value == "require":
        options.problem = "gssencmode=require cannot be used: connections are encrypted by TLS alone"


def _require_tls(options: ConnectionOptions, value: str) -> None:
    """Convert `ssl=true` and similar options of drivers without sslmode."""
    mode = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(value.lower(), value.lower())
    options.tls_words.setdefault("sslmode", mode)


def _certificates_accepted(options: ConnectionOptions, value: str) -> None:
    options.tls_words["sslmode"] = "require" if value == "accept_invalid_certs" else "verify-full"


def _schema(options: ConnectionOptions, value: str) -> None:
    options.server_settings["search_path"] = '"' + value.replace('"', '""') + '"'


def _set_argument(name: str) -> Callable[[ConnectionOptions, str], None]:
    def handle(options: ConnectionOptions, value: str) -> None:
        options.arguments[name] = value

    return handle


def _set_server_setting(name: str) -> Callable[[ConnectionOptions, str], None]:
    def handle(options: ConnectionOptions, value: str) -> None:
        options.server_settings[name] = value

    return handle


_TRANSLATED: Mapping[str, Callable[[ConnectionOptions, str], None]] = {
    "host": _set_argument("host"),
    "hostaddr": _set_argument("host"),
    "port": _set_argument("port"),
    "user": _set_argument("user"),
    "username": _set_argument("user"),
    "password": _set_argument("password"),
    "dbname": _set_argument("database"),
    "database": _set_argument("database"),
    "application_name": _set_server_setting("application_name"),
    "applicationname": _set_server_setting("application_name"),
    "currentschema": _set_server_setting("search_path"),
    "options": _set_server_setting("options"),
    "connect_timeout": _connect_timeout,
    "channel_binding": _channel_binding,
    "gssencmode": _gss_encryption,
    "ssl": _require_tls,
    "sslaccept": _certificates_accepted,
    "schema": _schema,
    "targetservertype": lambda options, value: options.arguments.update(
        target_session_attrs={"master": "primary", "secondary": "standby", "slave": "standby"}.get(value, value)
    ),
}


def _split_hosts(options: ConnectionOptions) -> None:
    """Convert several hosts to lists with one port each, the form that asyncpg requires."""
    hosts = options.arguments.get("host", "").split(",")
    ports = options.arguments.pop("port", "").split(",")
    if any(port and not port.isdecimal() for port in ports):
        options.problem = "port is not a number"
        return
    if len(hosts) > 1:
        each = ports * len(hosts) if len(ports) == 1 else ports
        if len(each) != len(hosts):
            options.problem = "the number of ports differs from the number of hosts"
            return
        options.arguments["host"] = hosts
        options.arguments["port"] = [int(port or 5432) for port in each]
    elif ports[0]:
        options.arguments["port"] = int(ports[0])


def _check(options: ConnectionOptions) -> None:
    tls, mode = options.tls_words, options.tls_words.get("sslmode")
    if mode is not None and mode not in _SSLMODES:
        options.problem = f"sslmode must be one of {', '.join(_SSLMODES)}"
    attributes = options.arguments.get("target_session_attrs")
    if attributes is not None and attributes not in _SESSION_ATTRIBUTES:
        options.problem = f"target_session_attrs must be one of {', '.join(_SESSION_ATTRIBUTES)}"
    if tls.get("sslrootcert") == "system":
        tls.clear()
        options.system_certificates = True
    for word in (*_FILES, *(("sslrootcert",) if mode in ("verify-ca", "verify-full") else ())):
        if word in tls and not Path(tls[word]).expanduser().is_file():
            options.problem = f"{word} names a file that does not exist"
    if mode not in ("verify-ca", "verify-full") and not Path(tls.get("sslrootcert", "")).expanduser().is_file():
        tls.pop("sslrootcert", None)
