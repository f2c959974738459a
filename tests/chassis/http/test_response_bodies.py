"""Bodies of responses: decompressed, limited in size, complete or an error, and their tails."""

import gzip

import httpx2
import pytest
from mcp_chassis.http import body as bodies


def sent(body: bytes, method: str = "GET", **headers: str) -> httpx2.Response:
    """A response whose body has not been received yet."""

    class Pieces(httpx2.AsyncByteStream):
        async def __aiter__(self):
            for place in range(0, len(body), 7):
                yield body[place : place + 7]

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(200, headers=named, stream=Pieces(), request=httpx2.Request(method, "https://acme.test"))


TEXT = b"0123456789" * 5


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (TEXT, {}),
        (TEXT, {"content_length": "50"}),
        (TEXT, {"content_length": "many"}),
        (TEXT, {"content_encoding": "identity"}),
        (gzip.compress(TEXT, mtime=0), {"content_encoding": "gzip"}),
        (gzip.compress(TEXT, mtime=0), {"content_encoding": "X-GZIP"}),
        (gzip.compress(TEXT[:20], mtime=0) + gzip.compress(TEXT[20:], mtime=0), {"content_encoding": "gzip"}),
    ],
)
async def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_too_large(
    body: bytes, headers: dict[str, str]
) -> None:
    assert await bodies.read(sent(body, **headers), 50) == TEXT
    with pytest.raises(bodies.TooLarge):
        await bodies.read(sent(body, **headers), 49)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(TEXT, mtime=0)[:-1], {"content_encoding": "gzip"}),
        (b"not gzip", {"content_encoding": "gzip"}),
        (TEXT, {"content_encoding": "br"}),
    ],
)
async def test_a_body_that_is_cut_off_or_in_another_encoding_cannot_be_decompressed(
    body: bytes, headers: dict[str, str]
) -> None:
    with pytest.raises(bodies.Packed):
        await bodies.read(sent(body, **headers), 1000)
    with pytest.raises(bodies.Packed):
        await bodies.read_tail(sent(body, **headers), 1000)


async def test_the_length_and_the_encoding_of_a_response_to_head_are_those_of_another_body() -> None:
    assert await bodies.read(sent(b"", "HEAD", content_length="1000", content_encoding="br"), 10) == b""


@pytest.mark.parametrize(
    ("limit", "tail", "skipped"),
    [(49, TEXT[1:], 1), (50, TEXT, 0), (51, TEXT, 0), (3, TEXT[-3:], 47), (1, b"9", 49)],
)
@pytest.mark.parametrize("packed", [False, True])
async def test_the_tail_of_a_body_has_at_most_the_limit_and_the_bytes_before_it_are_counted(
    limit: int, tail: bytes, skipped: int, packed: bool
) -> None:
    body = sent(gzip.compress(TEXT, mtime=0), content_encoding="gzip") if packed else sent(TEXT)
    assert await bodies.read_tail(body, limit) == (tail, skipped)
