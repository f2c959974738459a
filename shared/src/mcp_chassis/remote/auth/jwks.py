"""An issuer's public keys: fetched once, and again when a token names one that is not there, but not too often."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
import jwt

from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.issuer_client import IssuerClient

AT_MOST_EVERY = 10.0
FRESH = 600.0
"""Seconds after which the keys are fetched again, so that one that was withdrawn ends."""
STALE = 3600.0
"""Seconds for which the keys go on counting while the issuer cannot be reached."""
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class Jwks:
    """The keys of one issuer.

    Args:
        issuer: looked up at its metadata where no URL is given.
        url: of the key set.
        clock: seconds, monotonic.
    """

    def __init__(
        self, issuer: str, url: str | None, documents: IssuerClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._url = url
        self._documents = documents
        self._clock = clock
        self._keys: list[dict[str, Any]] = []
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key that `kid` names and that makes signatures of `algorithm`.

        Raises:
            CannotTell: when no keys could be had.
        """
        if self._clock() - self._fetched > FRESH or self._chosen(kid, algorithm) is None:
            await self._refresh(kid, algorithm)
        if self._clock() - self._fetched > STALE:
            raise VerificationUnavailable
        return self._chosen(kid, algorithm)

    async def _refresh(self, kid: str | None, algorithm: str) -> None:
        async with self._lock:
            found = self._clock() - self._fetched <= FRESH and self._chosen(kid, algorithm) is not None
            if found or self._clock() - self._tried < AT_MOST_EVERY:
                return
            self._tried = self._clock()
            try:
                self._keys = await self._fetch()
            except VerificationUnavailable:
                return  # the keys that are there count until they are stale
            self._fetched = self._clock()

    async def _fetch(self) -> list[dict[str, Any]]:
        url = self._url or await self._looked_up()
        keys = (await self._documents.get(url)).get("keys")
        if not isinstance(keys, list):
            raise VerificationUnavailable
        return [cast("dict[str, Any]", key) for key in cast("list[object]", keys) if isinstance(key, dict)]

    async def _looked_up(self) -> str:
        """The key set's URL in the issuer's metadata, which must be the issuer's own (RFC 8414)."""
        for url in metadata_urls(self._issuer):
            try:
                metadata = await self._documents.get(url)
            except VerificationUnavailable:
                continue
            where = metadata.get("jwks_uri")
            if metadata.get("issuer") == self._issuer and isinstance(where, str) and _safe(where, self._issuer):
                return where
        raise VerificationUnavailable

    def _chosen(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        fitting = [key for key in self._keys if _fits(key, algorithm) and (kid is None or key.get("kid") == kid)]
        if len(fitting) != 1:
            return None
        try:
            return jwt.PyJWK(fitting[0], algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            return None


def metadata_urls(issuer: str) -> list[str]:
    """Where an issuer's metadata may stand."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    ]


def _safe(url: str, issuer: str) -> bool:
    """A URL over https, or as plain as the issuer's own, which only this machine may be."""
    try:
        return httpx2.URL(url).scheme in {"https", urlsplit(issuer).scheme}
    except httpx2.InvalidURL:
        return False


def _fits(key: dict[str, Any], algorithm: str) -> bool:
    return (
        key.get("kty") == _FAMILIES[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )
