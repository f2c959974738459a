"""The pages on which a person lets this server act for them at an upstream."""

import base64
import hashlib
import hmac
import html
import secrets
from urllib.parse import parse_qs, urlencode

from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import Failure, Unavailable
from mcp_chassis.remote.accounts.encryption import DecryptionFailed
from mcp_chassis.remote.accounts.grants import TICKET_SECONDS, Grants
from mcp_chassis.remote.auth.authenticate import OAUTH, VerificationUnavailable
from mcp_chassis.remote.http import request_body
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rejections import Rejection, send_body

COOKIE = "toolroll_signing_in"
MOST_FORM = 16_384
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<body style="font: 1.1rem sans-serif; max-width: 32rem; margin: 4rem auto">{text}</body></html>"""
_SAFE = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class SignInPages:
    """`/oauth/NAME/start` and `/oauth/NAME/callback` of one server.

    Args:
        grants: of the server's callers.
        url: of these pages, without `/start`.
        origins: the Host headers answered.
    """

    def __init__(self, grants: Grants, url: str, origins: Origins) -> None:
        self._grants = grants
        self._url = url
        self._origins = origins
        self._title = grants.client.sign_in.title

    async def start(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say for whom this is; sent on only by a person's click, for whoever began it may be somebody else."""
        try:
            ticket = await self._ticket(scope, receive)
            principal = self._principal(ticket)
        except DecryptionFailed:
            return await self._say(send, 400, "This link is no good, or no longer: call the tool again for a new one.")
        except Rejection as refusal:
            return await refusal.send(send)
        if scope["method"] == "POST":
            return await self._send_on(send, principal)
        return await self._say(send, 200, *self._question(principal, ticket))

    async def callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn the upstream's code into a grant of the caller who began, in the browser where it was begun."""
        query = _query(scope)
        try:
            begun = self._begun(await self._grants.shelf.take(query.get("state", "")), scope)
            if "code" not in query:
                return await self._say(send, 400, f"{self._title} was not allowed to go on. Nothing was kept.")
            token = await self._grants.client.token(
                grant_type="authorization_code",
                code=query["code"],
                redirect_uri=f"{self._url}/callback",
                code_verifier=begun["verifier"],
            )
            if token is None:
                return await self._say(send, 400, f"{self._title} did not accept the sign-in. Nothing was kept.")
            await self._grants.keep(begun["principal"], token)
        except DecryptionFailed:
            return await self._say(send, 400, "This sign-in was not begun here, or is over: call the tool again.")
        except (VerificationUnavailable, Unavailable):
            return await self._say(send, 503, f"{self._title} cannot be reached. Try again in a moment.")
        return await self._say(send, 200, f"You are signed in to {self._title}. Close this page and go on.")

    async def _ticket(self, scope: Scope, receive: Receive) -> str:
        if not self._origins.answers_host(request_body.only_header(scope, b"host")):
            raise DecryptionFailed
        if scope["method"] != "POST":
            return _query(scope).get("ticket", "")
        if not self._origins.answers_origin(request_body.header(scope, b"origin")):
            raise DecryptionFailed
        form = parse_qs((await request_body.read(scope, receive, MOST_FORM)).decode("latin-1"))
        return form.get("ticket", [""])[0]

    def _principal(self, ticket: str) -> str:
        told = self._grants.vault.open(ticket, TICKET_SECONDS)
        if (told["for"], told["mount"]) != ("start", self._grants.mount):
            raise DecryptionFailed
        return told["principal"]

    def _question(self, principal: str, ticket: str) -> tuple[str, str]:
        told = f"Let this server act for you at {html.escape(self._title)}, whenever {caller_text(principal)} calls it?"
        form = (
            f'<form method="post" action="{html.escape(self._url)}/start"><input type="hidden" name="ticket" '
            f'value="{html.escape(ticket)}"><button>Go on to {html.escape(self._title)}</button></form>'
        )
        return told, f"<p>If that is not you, or you did not ask for this, close the page.</p>{form}"

    async def _send_on(self, send: Send, principal: str) -> None:
        state, verifier, browser = (secrets.token_urlsafe(32) for _ in range(3))
        sealed = self._grants.vault.seal({"principal": principal, "verifier": verifier, "browser": _digest(browser)})
        try:
            await self._grants.shelf.lay(state, sealed, TICKET_SECONDS)
        except Failure:
            return await self._say(send, 503, "Sign-ins cannot be kept at the moment. Try again.")
        secure = "; Secure" if self._url.startswith("https:") else ""
        cookie = f"{COOKIE}={browser}; HttpOnly; SameSite=Lax; Max-Age={TICKET_SECONDS}; Path=/oauth/{secure}"
        where = self._authorize_url(state, verifier)
        return await send_body(send, 303, b"", {"location": where, "set-cookie": cookie, **_SAFE})

    def _authorize_url(self, state: str, verifier: str) -> str:
        client, sign_in = self._grants.client, self._grants.client.sign_in
        query = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": f"{self._url}/callback",
            sign_in.scope_parameter: sign_in.scope_separator.join(sign_in.scopes),
            "state": state,
            "code_challenge": _digest(verifier),
            "code_challenge_method": "S256",
        }
        return f"{sign_in.authorize_url}?{urlencode(query)}"

    def _begun(self, sealed: str | None, scope: Scope) -> dict[str, str]:
        if sealed is None:
            raise DecryptionFailed
        begun = self._grants.vault.open(sealed, TICKET_SECONDS)
        if not hmac.compare_digest(begun["browser"], _digest(_cookie(scope))):
            raise DecryptionFailed
        return begun

    async def _say(self, send: Send, status: int, told: str, more: str = "") -> None:
        page = _PAGE.format(title=html.escape(self._title), text=f"<p>{told}</p>{more}")
        await send_body(send, status, page.encode(), _SAFE)


def caller_text(principal: str) -> str:
    """The caller for a person, as HTML: a key by its name, a token by its subject and its issuer."""
    kind, _, name = principal.partition(":")
    issuer, _, subject = name.partition(":")[2].partition("#")
    if kind == OAUTH and subject:
        return f"<b>{html.escape(subject)}</b> of {html.escape(issuer)}"
    return f"the API key <b>{html.escape(name or principal)}</b>"


def _query(scope: Scope) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}


def _cookie(scope: Scope) -> str:
    pairs = (pair.strip().partition("=") for pair in (request_body.header(scope, b"cookie") or "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")


def _digest(text: str) -> str:
    """SHA-256 as PKCE writes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
