"""Redirect URIs of clients: which may be registered, and which requested URI equals a registered one."""

from collections.abc import Collection, Iterable
from urllib.parse import SplitResult, urlsplit

from mcp_chassis.https_url import is_loopback

MAX_URI_CHARS = 2_000


def redirect_uri_problem(uri: str, schemes: Collection[str]) -> str | None:
    """The rule that a redirect URI breaks; None if it may be registered.

    Args:
        uri: the redirect URI.
        schemes: private-use schemes that are allowed besides https, and http on this machine.
    """
    try:
        parts, _ = (split := urlsplit(uri)), split.port
    except ValueError:
        return "a redirect URI must be a URL"
    if len(uri) > MAX_URI_CHARS or not uri.isascii() or not uri.isprintable() or "\\" in uri or " " in uri:
        return f"a redirect URI must be at most {MAX_URI_CHARS} printable ASCII characters without spaces"
    if parts.fragment or "#" in uri or "@" in parts.netloc:
        return "a redirect URI must have no fragment and no user name"
    if parts.scheme in schemes:
        return None
    if not parts.hostname or not (parts.scheme == "https" or is_loopback_redirect(parts)):
        return "a redirect URI must be https, or http on localhost, 127.0.0.1 or [::1]"
    return None


def is_loopback_redirect(parts: SplitResult) -> bool:
    """Whether a redirect URI leads to a program on the person's own machine."""
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def without_loopback_port(uri: str) -> str:
    """The URI without its port if it leads to the person's own machine, where programs use any free port (RFC 8252)."""
    parts = urlsplit(uri)
    if not is_loopback_redirect(parts):
        return uri
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts._replace(netloc=host or "").geturl()


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether a requested redirect URI equals a registered one; on the person's own machine, with any port."""
    return without_loopback_port(uri) in {without_loopback_port(each) for each in registered}
