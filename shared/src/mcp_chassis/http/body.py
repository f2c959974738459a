"""Response bodies: decompressed while they arrive, bounded in size, and complete or an error."""

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx2

PIECE = 1024 * 1024
EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, by the first bytes


class TooLarge(Exception):
    """The decompressed body is larger than the limit."""


class Packed(Exception):
    """The content encoding is not gzip, is corrupt or is incomplete."""


async def read_tail(response: httpx2.Response, limit: int) -> tuple[bytes, int]:
    """The last `limit` bytes of the decompressed body, and the number of bytes before them. All of it is received.

    Raises:
        Packed: when the body cannot be decompressed.
        httpx2.TransportError: when the connection breaks before the end.
    """
    tail, total = bytearray(), 0
    async for part in _parts(response):
        total += len(part)
        tail += part
        if len(tail) > 2 * limit:
            del tail[:-limit]
    del tail[: max(0, len(tail) - limit)]
    return bytes(tail), total - len(tail)


async def read(response: httpx2.Response, limit: int) -> bytes:
    """The decompressed body of at most `limit` bytes. Memory is bounded by the limit and a chunk of 1 MiB.

    Raises:
        TooLarge: as soon as the limit is exceeded; the rest is not read.
        Packed: when the body cannot be decompressed.
        httpx2.TransportError: when the connection breaks before the end.
    """
    if _declared(response) > limit:
        raise TooLarge
    if response.is_stream_consumed:  # a test's transport supplied the whole body
        return response.content
    body = bytearray()
    async for part in _parts(response):
        body += part
        if len(body) > limit:
            raise TooLarge
    return bytes(body)


async def _parts(response: httpx2.Response) -> AsyncIterator[bytes]:
    if response.is_stream_consumed:
        yield response.content
        return
    unpacking = _unpacking(response)
    async for piece in response.aiter_raw():
        for part in unpacking.feed(piece) if unpacking else (piece,):
            yield part
    if unpacking and not unpacking.whole:
        raise Packed


class _Unpacking:
    """Incremental decompression of gzip data with one or more members."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(EITHER)

    @property
    def whole(self) -> bool:
        return self._member.eof

    def feed(self, packed: bytes) -> Iterator[bytes]:
        try:
            while packed:
                if self._member.eof:
                    self._member = zlib.decompressobj(EITHER)
                yield self._member.decompress(packed, PIECE)
                packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        except zlib.error as exc:
            raise Packed from exc


def _unpacking(response: httpx2.Response) -> _Unpacking | None:
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding in {"gzip", "x-gzip"}:
        return _Unpacking()
    if encoding == "identity" or response.request.method == "HEAD":
        return None
    raise Packed


def _declared(response: httpx2.Response) -> int:
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() and response.request.method != "HEAD" else 0
