"""The pages on which a person lets this server act for them at an upstream."""

import html
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.begun_sign_ins import BegunSignIn, BegunSignIns, digest_of
from mcp_chassis.remote.accounts.encryption import DecryptionFailed
from mcp_chassis.remote.accounts.grants import TICKET_SECONDS, Grants
from mcp_chassis.remote.accounts.token_client import MAX_REASON_CHARS, TokenRefused
from mcp_chassis.remote.auth.authenticate import OAUTH, VerificationUnavailable
from mcp_chassis.remote.http import rejections, request_body
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rejections import Rejection, send_body

MAX_FORM_BYTES = 16_384
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<body style="font: 1.1rem sans-serif; max-width: 32rem; margin: 4rem auto">{text}</body></html>"""
INVALID_LINK = "This link is invalid or has expired: call the tool again for a new one."
UNKNOWN_SIGN_IN = "This sign-in did not begin in this browser, or has expired: call the tool again."


class SignInPages:
    """`/oauth/NAME/start` and `/oauth/NAME/callback` of one server.

    Args:
        grants: the grants of the server's callers.
        url: the URL of these pages, without `/start`.
        origins: the accepted Host headers.
    """

    def __init__(self, grants: Grants, url: str, origins: Origins) -> None:
        self._grants = grants
        self._sign_ins = BegunSignIns(grants.mount, grants.store, grants.cipher)
        self._url = url
        self._origin = origin_of(url)
        self._origins = origins
        self._title = grants.client.sign_in.title
        self._secure = url.startswith("https:")
        self._cookie = f"{'__Host-' if self._secure else ''}toolroll_{grants.mount}"
        targets = f"{self._origin} {origin_of(grants.client.sign_in.authorize_url)}"
        self._headers = {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
            f"base-uri 'none'; form-action {targets}",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
        }

    async def start(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Show which caller gets access; continue only after a click, because another person may have sent the link."""
        try:
            self._check(scope, {"GET", "POST"})
            ticket = await self._ticket(scope, receive)
            principal = self._principal(ticket)
            if scope["method"] == "POST":
                return await self._send_on(send, principal, ticket)
        except DecryptionFailed:
            return await self._say(send, 400, INVALID_LINK)
        except Rejection as rejection:
            return await rejection.send(send)
        except Unavailable:
            return await self._say(send, 503, "Sign-ins cannot be stored at the moment. Try again.")
        return await self._say(send, 200, *self._question(principal, ticket))

    async def callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Exchange the upstream's code for a grant of the caller that began the sign-in, in the same browser."""
        try:
            self._check(scope, {"GET"})
            query = single_values(scope["query_string"].decode("latin-1"))
            begun = await self._sign_ins.finish(query.get("state", ""), _cookie(scope, self._cookie))
            self._check_issuer(query.get("iss"))
            await self._grant(query, begun)
        except Rejection as rejection:
            return await rejection.send(send)
        except DecryptionFailed:
            return await self._say(send, 400, UNKNOWN_SIGN_IN)
        except TokenRefused as refused:
            reason = html.escape(refused.reason)
            return await self._say(send, 400, f"{self._title} refused the sign-in ({reason}). Nothing was stored.")
        except (VerificationUnavailable, Unavailable):
            return await self._say(send, 503, f"{self._title} cannot be reached. Try again in a moment.")
        done = f"You are signed in to {self._title}. Close this page and go on."
        return await self._say(send, 200, done, cookie=self._cookie_line("", 0))

    async def _grant(self, query: Mapping[str, str], begun: BegunSignIn) -> None:
        if "code" not in query:
            raise TokenRefused(query.get("error", "it sent no code")[:MAX_REASON_CHARS], grant_ended=False)
        token = await self._grants.client.token(
            grant_type="authorization_code",
            code=query["code"],
            redirect_uri=f"{self._url}/callback",
            code_verifier=begun.verifier,
        )
        await self._grants.keep(begun.principal, token)
        await self._sign_ins.spend(begun.ticket)

    def _check(self, scope: Scope, methods: set[str]) -> None:
        if not self._origins.answers_host(request_body.only_header(scope, b"host")):
            raise rejections.wrong_host()
        if scope["method"] not in methods:
            raise rejections.wrong_method(", ".join(sorted(methods)))

    def _check_issuer(self, issuer: str | None) -> None:
        """Refuse a callback that names another authorization server (RFC 9207)."""
        if issuer is not None and origin_of(issuer) != origin_of(self._grants.client.sign_in.authorize_url):
            raise DecryptionFailed

    async def _ticket(self, scope: Scope, receive: Receive) -> str:
        if scope["method"] == "GET":
            return single_values(scope["query_string"].decode("latin-1")).get("ticket", "")
        self._check_own_page(scope)
        body = await request_body.read(scope, receive, MAX_FORM_BYTES)
        return single_values(body.decode("latin-1")).get("ticket", "")

    def _check_own_page(self, scope: Scope) -> None:
        """Refuse a form of a page of another origin. A request without these headers does not come from a browser."""
        origins = request_body.headers(scope, b"origin")
        site = request_body.header(scope, b"sec-fetch-site")
        if origins not in ([], [self._origin]) or site not in (None, "same-origin"):
            raise DecryptionFailed

    def _principal(self, ticket: str) -> str:
        claims = self._grants.cipher.open(ticket, TICKET_SECONDS)
        if (claims["for"], claims["mount"]) != ("start", self._grants.mount):
            raise DecryptionFailed
        return claims["principal"]

    def _question(self, principal: str, ticket: str) -> tuple[str, str]:
        question = (
            f"Let this server act for you at {html.escape(self._title)}, whenever {caller_text(principal)} calls it?"
        )
        form = (
            f'<form method="post" action="{html.escape(self._url)}/start"><input type="hidden" name="ticket" '
            f'value="{html.escape(ticket)}"><button>Go on to {html.escape(self._title)}</button></form>'
        )
        return question, f"<p>If that is not you, or you did not ask for this, close the page.</p>{form}"

    async def _send_on(self, send: Send, principal: str, ticket: str) -> None:
        begun = await self._sign_ins.begin(principal, ticket)
        if begun is None:
            reason = "This link has led to a sign-in already, or was followed too often: call the tool again."
            return await self._say(send, 429, reason)
        state, verifier, browser = begun
        location = self._authorize_url(state, verifier)
        cookie = self._cookie_line(browser, TICKET_SECONDS)
        return await send_body(send, 303, b"", {"location": location, "set-cookie": cookie, **self._headers})

    def _cookie_line(self, value: str, seconds: int) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{self._cookie}={value}; HttpOnly; SameSite=Lax; Max-Age={seconds}; Path=/{secure}"

    def _authorize_url(self, state: str, verifier: str) -> str:
        client, sign_in = self._grants.client, self._grants.client.sign_in
        query = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": f"{self._url}/callback",
            sign_in.scope_parameter: sign_in.scope_separator.join(sign_in.scopes),
            "state": state,
            "code_challenge": digest_of(verifier),
            "code_challenge_method": "S256",
        }
        return f"{sign_in.authorize_url}?{urlencode(query)}"

    async def _say(self, send: Send, status: int, text: str, more: str = "", cookie: str = "") -> None:
        page = _PAGE.format(title=html.escape(self._title), text=f"<p>{text}</p>{more}")
        await send_body(send, status, page.encode(), {**self._headers, **({"set-cookie": cookie} if cookie else {})})


def caller_text(principal: str) -> str:
    """HTML text that names a caller: a key by its name, a token by its subject and issuer."""
    kind, _, name = principal.partition(":")
    issuer, _, subject = name.partition(":")[2].partition("#")
    if kind == OAUTH and subject:
        return f"<b>{html.escape(subject)}</b> of {html.escape(issuer)}"
    return f"the API key <b>{html.escape(name or principal)}</b>"


def single_values(query: str) -> dict[str, str]:
    """The parameters of a query or form.

    Raises:
        DecryptionFailed: when one occurs twice, since programs differ in which of them they use, or there are over 100.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError as exc:
        raise DecryptionFailed from exc
    values = dict(pairs)
    if len(values) != len(pairs):
        raise DecryptionFailed
    return values


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, as a browser's Origin header has them."""
    parts = urlsplit(url)
    default = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default)}"


def _cookie(scope: Scope, name: str) -> str:
    pairs = (pair.strip().partition("=") for pair in (request_body.header(scope, b"cookie") or "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")
