"""The HTML of the page that asks a person for consent to a client, and of its messages."""

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mcp_chassis.output.sanitize import sanitize
from mcp_chassis.remote.auth.proxy.clients import ProxyClient
from mcp_chassis.remote.auth.proxy.redirect_uris import is_loopback_redirect

CONSENT_PATH = "/oauth/consent"
MAX_NAME_CHARS = 60
SCOPE_FIELD = "scope."
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>{head}
<meta name="viewport" content="width=device-width">
<body style="font: 1.1rem sans-serif; max-width: 34rem; margin: 4rem auto">{body}</body></html>"""


def message(text: str) -> bytes:
    """A page with one sentence."""
    return _PAGE.format(title="Sign in", head="", body=f"<p>{html.escape(text)}</p>").encode()


def sending_on(url: str) -> bytes:
    """A page that sends the browser on.

    A redirect in response to a form would be checked against `form-action`, as would all that follow it, and nobody
    knows the addresses through which a provider leads.
    """
    target = html.escape(url)
    head = f'<meta http-equiv="refresh" content="0;url={target}">'
    return _PAGE.format(title="Sign in", head=head, body=f'<p><a href="{target}">Go on</a></p>').encode()


def question(client: ProxyClient, request: Mapping[str, Any], provider: str, hidden: Mapping[str, str]) -> bytes:
    """The page that names the client, where its answer is sent, and what it asks for.

    Args:
        client: the client.
        request: its authorization request.
        provider: the issuer at which the person signs in.
        hidden: the hidden fields of the form.
    """
    client_name, server = _name(client), urlsplit(str(request["resource"]))
    listed = "".join(_checkbox(scope) for scope in request["scopes"])
    fields = "".join(
        f'<input type="hidden" name="{key}" value="{html.escape(value)}">' for key, value in hidden.items()
    )
    body = (
        f'<form method="post" action="{CONSENT_PATH}">{fields}<h1>{client_name} asks for access</h1>'
        f"<p>{_identity(client)}</p>"
        f"<p>It would use <b>{html.escape(server.netloc + server.path)}</b> as you, with these permissions:</p>"
        f"<p>{listed}</p><p>The access is sent to <b>{_target(request['redirect_uri'])}</b>.</p>"
        f"<p>If you did not start this yourself, or do not know this address, choose Refuse.</p>"
        f'<button name="answer" value="allow">Allow and sign in at {html.escape(urlsplit(provider).netloc)}</button> '
        f'<button name="answer" value="refuse">Refuse</button></form>'
    )
    return _PAGE.format(title=f"{client_name} asks for access", head="", body=body).encode()


def chosen_scopes(request: Mapping[str, Any], form: Mapping[str, str]) -> list[str]:
    """The requested scopes whose boxes are checked."""
    return [scope for scope in request["scopes"] if f"{SCOPE_FIELD}{scope}" in form]


def _checkbox(scope: str) -> str:
    name = html.escape(scope)
    return f'<label><input type="checkbox" name="{SCOPE_FIELD}{name}" checked> {name}</label><br>'


def _name(client: ProxyClient) -> str:
    name = " ".join(sanitize(client.client_name or "")[0].split())[:MAX_NAME_CHARS]
    return html.escape(name or "A program without a name")


def _identity(client: ProxyClient) -> str:
    if client.is_document:
        return f"It is described by <b>{html.escape(urlsplit(client.client_id).netloc)}</b>."
    return "It chose this name itself; nobody has verified it."


def _target(redirect_uri: str) -> str:
    parts = urlsplit(redirect_uri)
    if is_loopback_redirect(parts):
        return f"a program on this computer ({html.escape(parts.netloc)})"
    return html.escape(parts.netloc if parts.scheme == "https" else f"{parts.scheme}: (a program on this computer)")
