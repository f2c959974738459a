"""Client ID metadata documents: a client whose id is an https URL describes itself there.

Callers choose the URL, so only public addresses are connected to: the name is resolved once, every address is checked,
and the connection goes to the checked address. Redirects are not followed, and a document has at most 16 KiB.
"""

import asyncio
import ipaddress
import json
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from cachetools import TTLCache

MAX_BYTES = 16 * 1024
MAX_URL_CHARS = 1_000
TOTAL_SECONDS = 5.0
CACHE_SECONDS = 300.0
MAX_CACHED = 1_000
MAX_CONCURRENT = 8
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})+", re.IGNORECASE)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class InvalidDocument(Exception):
    """There is no usable client metadata document at the URL; the text says why."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_document_url(client_id: str) -> bool:
    """Whether a client id is the URL of a metadata document: https, a host name, a path, and nothing ambiguous."""
    try:
        parts, port = (split := urlsplit(client_id)), split.port
    except ValueError:
        return False
    segments = parts.path.split("/")[1:]
    return (
        len(client_id) <= MAX_URL_CHARS
        and client_id.isascii()
        and client_id.isprintable()
        and parts.scheme == "https"
        and _HOST.fullmatch(parts.hostname or "") is not None
        and not _is_address(parts.hostname or "")
        and "@" not in parts.netloc
        and "#" not in client_id
        and port != 0
        and len(parts.path) > 1
        and not {".", "..", "%2e", "%2e%2e"} & {segment.lower() for segment in segments}
    )


def is_public(address: str) -> bool:
    """Whether an IP address is in the public internet; one that embeds an IPv4 address, if that is public too."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None
        if found.teredo or int(found) >> 32 == 0:
            return False
        found = found.ipv4_mapped or found.sixtofour or nat64 or found
    return found.is_global and not found.is_multicast


class ClientDocuments:
    """Fetches client metadata documents and caches them for five minutes.

    Args:
        client: an HTTP client that follows no redirects.
        resolve: returns the addresses of a host name.
        is_allowed: whether an address may be connected to.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient | None = None,
        resolve: Resolve = resolved,
        is_allowed: Callable[[str], bool] = is_public,
    ) -> None:
        self._client = client or httpx2.AsyncClient(timeout=TOTAL_SECONDS, follow_redirects=False)
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._cached: TTLCache[str, dict[str, Any]] = TTLCache(MAX_CACHED, CACHE_SECONDS)
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def get(self, url: str) -> dict[str, Any]:
        """The JSON object at `url`, which names itself as the client.

        Raises:
            InvalidDocument: when there is none, its address is not public, it is too large, or names another client.
        """
        if url in self._cached:
            return self._cached[url]
        try:
            async with self._slots, asyncio.timeout(TOTAL_SECONDS):
                document = await self._fetched(url)
        except (TimeoutError, OSError, httpx2.HTTPError) as exc:
            raise InvalidDocument("the client's metadata document cannot be fetched") from exc
        if document.get("client_id") != url:
            raise InvalidDocument("the client's metadata document names another client_id")
        self._cached[url] = document
        return document

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _fetched(self, url: str) -> dict[str, Any]:
        original = httpx2.URL(url)
        address = await self._checked_address(original.host, original.port or 443)
        request = self._client.build_request(
            "GET",
            original.copy_with(host=address),
            headers={
                "accept": "application/json",
                "accept-encoding": "identity",
                "host": original.netloc.decode("ascii"),
            },
            extensions={"sni_hostname": original.host},  # the certificate is checked against the name
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code != 200:
                raise InvalidDocument(f"the client's metadata document was answered with {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":  # may expand to any size
                raise InvalidDocument("the client's metadata document is compressed")
            return _parsed(await _bounded(response))
        finally:
            await response.aclose()

    async def _checked_address(self, host: str, port: int) -> str:
        addresses = await self._resolve(host, port)
        if not addresses or not all(self._is_allowed(address) for address in addresses):
            raise InvalidDocument("the client's metadata document is not at a public address")
        return addresses[0]


def _is_address(host: str) -> bool:
    """Whether a host is an IPv4 address, also in the short and numeric forms that resolvers accept."""
    return host.rpartition(".")[2].isdigit() or host.rpartition(".")[2].lower().startswith("0x")


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > MAX_BYTES:
            raise InvalidDocument(f"the client's metadata document is larger than {MAX_BYTES} bytes")
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidDocument("the client's metadata document is no JSON object")
    return cast("dict[str, Any]", document)
