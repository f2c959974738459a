"""Check of the Host and Origin headers: it keeps web pages from calling a server on this machine (DNS rebinding)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from mcp_chassis.settings import BadSettings

_AUTHORITY = re.compile(
    r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?"
)
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
_USUAL_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Authority:
    """A host and, where it was given, a port."""

    name: str
    port: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        match = _AUTHORITY.fullmatch(text.lower())
        return cls(match["name"], match["port"]) if match and int(match["port"] or 1) <= 65535 else None

    def admits(self, other: "Authority") -> bool:
        """Whether this rule covers `other`; a rule without a port covers every port."""
        return self.name == other.name and self.port in (None, other.port)


@dataclass(frozen=True)
class Origins:
    """The rules for Host and Origin, which are checked independently of each other."""

    hosts: frozenset[Authority]
    origins: frozenset[tuple[str, Authority]]

    @classmethod
    def of(cls, hosts: Iterable[str], origins: Iterable[str], public_url: str | None) -> Self:
        """The rules for these hosts and origins, besides `localhost`, `127.0.0.1` and `[::1]` on any port.

        Raises:
            BadSettings: naming the setting with an invalid entry.
        """
        public = [public_url] if public_url else []
        named = [_host(entry) for entry in hosts] + [Authority(_origin(url)[1].name) for url in public]
        local = [Authority(name) for name in _THIS_MACHINE]
        return cls(
            frozenset([*named, *local]),
            frozenset(
                [_origin(entry) for entry in [*origins, *public]]
                + [(scheme, host) for scheme in _USUAL_PORTS for host in local]
            ),
        )

    def answers_host(self, header: str | None) -> bool:
        """Whether a Host header is allowed."""
        host = Authority.parse(header or "")
        return host is not None and any(rule.admits(host) for rule in self.hosts)

    def answers_origins(self, headers: Sequence[str]) -> bool:
        """Whether the Origin headers of a request are accepted: none, as programs send, or one allowed origin."""
        return not headers or (len(headers) == 1 and self.answers_origin(headers[0]))

    def answers_origin(self, header: str) -> bool:
        """Whether an Origin is allowed; `null`, which pages send that hide their origin, is not."""
        scheme, separator, rest = header.partition("://")
        origin = Authority.parse(rest) if separator else None
        if origin is None:
            return False
        spelled = Authority(origin.name, origin.port or _USUAL_PORTS.get(scheme))
        return any(rule[0] == scheme and rule[1].admits(spelled) for rule in self.origins)


def _host(entry: str) -> Authority:
    host = Authority.parse(entry)
    if host is None:
        raise BadSettings(["MCP_ALLOWED_HOSTS: each entry is a host name or address, with a port or without"])
    return host


def _origin(entry: str) -> tuple[str, Authority]:
    parts = urlsplit(entry)
    host = Authority.parse(parts.netloc)
    if parts.scheme not in _USUAL_PORTS or host is None:
        raise BadSettings(["MCP_ALLOWED_ORIGINS: each entry is an origin such as https://app.example.com"])
    return parts.scheme, Authority(host.name, host.port or _USUAL_PORTS[parts.scheme])
