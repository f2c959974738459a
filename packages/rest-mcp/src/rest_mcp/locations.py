"""Parsing of `Location` and `Content-Location` after a write: often only they contain the id of a created object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from mcp_chassis.http.response import Response

HEADERS = ("location", "content-location")
MAX_ADDRESS_CHARS = 2_000
USUAL_PORTS = {"http": 80, "https": 443}
NAMING = ("id", "key", "number", "name", "slug")
LINKING = ("href", "url", "uri", "link", "self", "location")


@dataclass(frozen=True)
class Address:
    """The address of a write's result: a path relative to the API's URL, or a URL on another server.

    `identifier` is the last segment of the path if it is directly below the path of the request.
    """

    text: str
    identifier: str | None = None
    warning: str | None = None


def named_address(response: Response, base_url: str, path: str) -> Address | None:
    """Return the address in the headers of a write's response; None if there is none or it is the request's own.

    Args:
        base_url: the API's URL, without a slash at its end.
        path: the path of the request below it, with its variables filled in and percent-encoded.
    """
    text = next((found for name in HEADERS if (found := response.headers.get(name, "").strip())), "")
    if not text:
        return None
    requested = base_url + path
    address = _joined(requested, text) if text.isascii() and text.isprintable() else None
    if address is None or len(text) > MAX_ADDRESS_CHARS:
        return Address("", warning=f"{response.upstream} sent an invalid address in Location or Content-Location.")
    if address.hostname and not _same_server(address, urlsplit(requested)):
        return _elsewhere(response.upstream, address)
    if not address.hostname or not text.startswith(("/", "?", "http:", "https:")):
        return Address(text.partition("#")[0])  # a bare name, or a URN
    return _here(address, urlsplit(base_url).path, path.rstrip("/"))


def with_address(result: Mapping[str, Any], address: Address | None) -> dict[str, Any]:
    """Return the result of a write with the address added as `id` or `location`, unless a field has it already."""
    told = dict(result)
    if address is None:
        return told
    if address.identifier is not None and _says(result, NAMING, address.identifier):
        return told
    if address.identifier is not None and "id" not in result:
        return {**told, "id": address.identifier}
    if address.text and _says(result, LINKING, address.text):
        return told
    if address.text:
        told["location" if "location" not in result else "location_header"] = address.text
    if address.warning:
        known: Any = result.get("warnings") or []
        listed = isinstance(known, list)
        told["warnings" if listed else "location_warnings"] = [*(known if listed else ()), address.warning]
    return told


def address_lines(address: Address | None) -> str:
    """The address as lines to append to a text; empty if there is none."""
    return "".join(f"\n{name}: {value}" for name, value in with_address({}, address).items())


def _here(address: SplitResult, prefix: str, requested: str) -> Address | None:
    """An address on the API's server. The prefix of the API's URL is optional: some gateways strip it."""
    path = address.path.rstrip("/")
    below = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
    query = f"?{address.query}" if address.query else ""
    if unquote(below) == unquote(requested) and not query:
        return None
    above, _, last = below.rpartition("/")
    directly = unquote(above) == unquote(requested) and last and not query
    return Address(f"{below or '/'}{query}", unquote(last) if directly else None)


def _elsewhere(upstream: str, address: SplitResult) -> Address:
    """An address on another server, without user information and query, which may contain a secret."""
    host = address.netloc.rpartition("@")[2]
    cut = "; its query is left out" if address.query else ""
    warning = f"{upstream} named an address on another server, {host}, which this tool does not ask{cut}."
    return Address(f"{address.scheme}://{host}{address.path}", warning=warning)


def _same_server(one: SplitResult, other: SplitResult) -> bool:
    """Whether two URLs have the same host and port. HTTP and HTTPS on their default ports count as equal."""
    usual = all(each.port in {None, USUAL_PORTS.get(each.scheme)} for each in (one, other))
    return one.scheme in USUAL_PORTS and one.hostname == other.hostname and (usual or one.port == other.port)


def _joined(requested: str, text: str) -> SplitResult | None:
    """Resolve a header's value against the URL of the request; None if it is not a valid URL."""
    try:
        parts = urlsplit(urljoin(requested, text))
        _ = parts.port
    except ValueError:
        return None
    return parts


def _says(value: Any, names: tuple[str, ...], wanted: str) -> bool:
    """Whether a field whose name ends in one of these words contains the text, or a link that ends with it."""
    if isinstance(value, list):
        return any(_says(item, names, wanted) for item in cast("list[Any]", value))
    if not isinstance(value, dict):
        return False
    fields = cast("dict[str, Any]", value)
    named = (str(each) for name, each in fields.items() if name.lower().endswith(names))
    return any(text == wanted or (names is LINKING and text.endswith(wanted)) for text in named) or any(
        _says(each, names, wanted) for each in fields.values()
    )
