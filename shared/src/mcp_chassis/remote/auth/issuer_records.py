"""Documents of an issuer: its metadata (RFC 8414) and its key set (RFC 7517), as typed records."""

from typing import Any

import msgspec

from mcp_chassis.http.records import Record


class IssuerMetadata(Record, frozen=True):
    """The parts of an issuer's metadata that are used."""

    issuer: str = ""
    jwks_uri: str = ""


class JsonWebKey(Record, frozen=True, omit_defaults=True):
    """A public key: its family, its purpose, and the numbers of RSA, EC and OKP keys."""

    kty: str
    kid: str | None = None
    use: str | None = None
    alg: str | None = None
    n: str | None = None
    e: str | None = None
    crv: str | None = None
    x: str | None = None
    y: str | None = None

    def fits(self, family: str, algorithm: str) -> bool:
        """Whether it is meant for signatures of this algorithm."""
        return self.kty == family and self.use in (None, "sig") and self.alg in (None, algorithm)

    def fields(self) -> dict[str, Any]:
        """The key as JSON, for PyJWT."""
        return msgspec.to_builtins(self)
