"""The public keys of an issuer: cached, and fetched again when a token names an unknown one, at most every 10 s."""

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2
import jwt

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import read_record, read_records
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.remote.auth.issuer_records import IssuerMetadata, JsonWebKey

MIN_REFRESH_SECONDS = 10.0
FRESH_SECONDS = 600.0
"""Seconds after which the keys are fetched again, so that a withdrawn key becomes invalid."""
STALE_SECONDS = 3600.0
"""Seconds for which cached keys stay valid while the issuer cannot be reached."""
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class Jwks:
    """The keys of one issuer.

    Args:
        issuer: its metadata name the key set if no `url` is given.
        url: the URL of the key set.
        clock: returns monotonic seconds.
    """

    def __init__(
        self, issuer: str, url: str | None, documents: IssuerClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._url = url
        self._documents = documents
        self._clock = clock
        self._keys: list[JsonWebKey] = []
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key that `kid` names and that makes signatures of `algorithm`.

        Raises:
            VerificationUnavailable: when no valid keys are available.
        """
        if self._clock() - self._fetched > FRESH_SECONDS or self._chosen(kid, algorithm) is None:
            await self._refresh(kid, algorithm)
        if self._clock() - self._fetched > STALE_SECONDS:
            raise VerificationUnavailable
        return self._chosen(kid, algorithm)

    async def _refresh(self, kid: str | None, algorithm: str) -> None:
        async with self._lock:
            found = self._clock() - self._fetched <= FRESH_SECONDS and self._chosen(kid, algorithm) is not None
            if found or self._clock() - self._tried < MIN_REFRESH_SECONDS:
                return
            self._tried = self._clock()
            try:
                self._keys = await self._fetch()
            except VerificationUnavailable:
                return  # cached keys stay valid until they are stale
            self._fetched = self._clock()

    async def _fetch(self) -> list[JsonWebKey]:
        document = await self._documents.get(self._url or await self._looked_up())
        try:
            found = read_records(
                document, JsonWebKey, upstream=self._issuer, operation="read its keys", at="keys", noun="keys"
            )
        except UpstreamError as exc:
            raise VerificationUnavailable from exc
        return found.items

    async def _looked_up(self) -> str:
        """The key set's URL in the issuer's metadata, which must be the issuer's own (RFC 8414)."""
        for url in metadata_urls(self._issuer):
            try:
                document = await self._documents.get(url)
            except VerificationUnavailable:
                continue
            metadata = read_record(document, IssuerMetadata, upstream=self._issuer, operation="read its metadata")
            if metadata.issuer in forms_of_issuer(self._issuer) and _safe(metadata.jwks_uri, self._issuer):
                return metadata.jwks_uri
        raise VerificationUnavailable

    def _chosen(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        family = _FAMILIES[algorithm[:2]]
        fitting = [key for key in self._keys if key.fits(family, algorithm) and kid in (None, key.kid)]
        if len(fitting) != 1:
            return None
        try:
            return jwt.PyJWK(fitting[0].fields(), algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            return None


def forms_of_issuer(issuer: str) -> tuple[str, ...]:
    """The names that an issuer's tokens may contain: its own, and without the slash if it was configured with one."""
    return (issuer, issuer.rstrip("/")) if issuer.endswith("/") else (issuer,)


def metadata_urls(issuer: str) -> list[str]:
    """The URLs at which an issuer's metadata may be found."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    ]


def _safe(url: str, issuer: str) -> bool:
    """Whether a URL is https, or http like that of an issuer on this machine."""
    try:
        return httpx2.URL(url).scheme in {"https", urlsplit(issuer).scheme}
    except httpx2.InvalidURL:
        return False
