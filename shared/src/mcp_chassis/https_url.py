"""Types of settings that are https URLs."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def _https(url: str) -> str:
    """The URL without trailing slashes; http is accepted only for the loopback interface."""
    try:
        host, _ = (parts := urlsplit(url)).hostname or "", parts.port
    except ValueError as exc:
        raise ValueError("must be an https URL") from exc
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("must be an https URL, or http on this machine")
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be an https URL with a host, and without user, query or fragment")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    """The URL with a slash at its end only if it was written so: it is compared exactly with the issuer of tokens."""
    return f"{_https(url)}/" if url.endswith("/") else _https(url)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is that of the loopback interface."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


HttpsUrl = Annotated[str, AfterValidator(_https)]
IssuerUrl = Annotated[str, AfterValidator(_issuer)]
