"""The pages between a client and the provider: the person's consent, and the provider's callback."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from mcp.server.auth.provider import construct_redirect_uri
from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.begun_sign_ins import digest_of
from mcp_chassis.remote.accounts.encryption import DecryptionFailed
from mcp_chassis.remote.accounts.sign_in_pages import origin_of, single_values
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.proxy import consent_page
from mcp_chassis.remote.auth.proxy.authorization_server import REQUEST_SECONDS, AuthorizationServer
from mcp_chassis.remote.auth.proxy.consent_cookies import ConsentCookies, new_browser
from mcp_chassis.remote.auth.proxy.identity_provider import SignInFailed
from mcp_chassis.remote.auth.proxy.records import REQUEST, STATE
from mcp_chassis.remote.http import request_body
from mcp_chassis.remote.http.rejections import send_body

MAX_FORM_BYTES = 16_384
UNKNOWN_REQUEST = "This request is unknown or has expired: start again in the program that you want to use."
OTHER_BROWSER = "This page was not opened in this browser, or has expired: start again in the program that you use."
PROVIDER_DOWN = "The provider at which you sign in cannot be reached: try again in a moment."
STORE_DOWN = "Sign-ins cannot be stored at the moment: try again in a moment."
PASSED_ON = frozenset({"access_denied", "server_error", "temporarily_unavailable", "invalid_scope"})
"""Errors of the provider that a client is given as they are; others are the server's own fault: `server_error`."""


class ConsentPages:
    """Web pages of a sign-in: `/oauth/consent` asks for consent, `/oauth/callback` takes the provider's code.

    Args:
        server: the authorization server.
        issuer: the proxy's own issuer, which is the public URL.
        cookies: the cookies of these pages.
    """

    def __init__(self, server: AuthorizationServer, issuer: str, cookies: ConsentCookies) -> None:
        self._server = server
        self._issuer = issuer
        self._origin = origin_of(issuer)
        self._cookies = cookies

    async def consent(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for consent; go on to the provider if it is given, or was given before in this browser."""
        try:
            if scope["method"] == "POST":
                await self._answered(scope, receive, send)
            else:
                await self._asked(scope, send)
        except DecryptionFailed:
            await self._say(send, 400, OTHER_BROWSER)
        except VerificationUnavailable:
            await self._say(send, 503, PROVIDER_DOWN)
        except Unavailable:
            await self._say(send, 503, STORE_DOWN)

    async def callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the provider's response in the browser that was sent there, and send the client a code or an error."""
        try:
            query = single_values(scope["query_string"].decode("latin-1"))
            begun = await self._begun(scope, query)
        except DecryptionFailed:
            return await self._say(send, 400, OTHER_BROWSER)
        except VerificationUnavailable:
            return await self._say(send, 503, PROVIDER_DOWN)
        except Unavailable:
            return await self._say(send, 503, STORE_DOWN)
        request = begun["request"]
        try:
            person = await self._server.provider.sign_in(_code(query), begun["verifier"], begun["nonce"])
            code = await self._server.issue_code(request, person)
        except SignInFailed as refused:
            error = refused.error if refused.error in PASSED_ON else "server_error"
            reason = refused.reason or f"The provider refused the sign-in: {refused.error[:100]}"
            return await self._back(send, request, error=error, error_description=reason)
        except (VerificationUnavailable, Unavailable):
            error = "temporarily_unavailable"
            return await self._back(send, request, error=error, error_description=PROVIDER_DOWN)
        return await self._back(send, request, code=code)

    async def _asked(self, scope: Scope, send: Send) -> None:
        key = single_values(scope["query_string"].decode("latin-1")).get("request", "")
        request = await self._server.records.find(REQUEST, key)
        client = await self._server.get_client(request["client_id"]) if request else None
        if request is None or client is None:
            return await self._say(send, 404, UNKNOWN_REQUEST)
        browser = self._cookies.browser(scope) or new_browser()
        headers = {**consent_page.HEADERS, "set-cookie": self._cookies.browser_line(browser)}
        if self._cookies.agreed(scope, request):
            await self._server.records.take(REQUEST, key)
            location = await self._begin(request, browser)
            return await send_body(send, 302, b"", {**headers, "location": location})
        hidden = {"request": key, "form_token": self._cookies.form_token(browser, key)}
        page = consent_page.question(client, request, self._server.provider.issuer, hidden)
        return await send_body(send, 200, page, headers)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        browser, form = self._cookies.browser(scope), await self._form(scope, receive)
        key = form.get("request", "")
        expected = self._cookies.form_token(browser, key)
        if not browser or not hmac.compare_digest(form.get("form_token", "").encode(), expected.encode()):
            raise DecryptionFailed
        await self._server.provider.metadata()  # without the provider, the form can be sent again
        request = await self._server.records.take(REQUEST, key)
        if request is None:
            return await self._say(send, 404, UNKNOWN_REQUEST)
        request["scopes"] = consent_page.chosen_scopes(request, form)
        if form.get("answer") != "allow" or not request["scopes"]:
            reason = "The person refused."
            return await self._back(send, request, error="access_denied", error_description=reason, by_form=True)
        location = await self._begin(request, browser)
        headers = {**consent_page.HEADERS, "set-cookie": self._cookies.agreed_line(scope, request)}
        return await send_body(send, 200, consent_page.sending_on(location), headers)

    async def _form(self, scope: Scope, receive: Receive) -> dict[str, str]:
        """The fields of the form. A request without these headers does not come from a browser.

        Raises:
            DecryptionFailed: when a page of another origin sent it.
        """
        origins = request_body.headers(scope, b"origin")
        site = request_body.header(scope, b"sec-fetch-site")
        if origins not in ([], [self._origin]) or site not in (None, "same-origin"):
            raise DecryptionFailed
        body = await request_body.read(scope, receive, MAX_FORM_BYTES)
        return single_values(body.decode("latin-1"))

    async def _begin(self, request: Mapping[str, Any], browser: str) -> str:
        """Store the sign-in under a new state; return the provider's URL."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        location = await self._server.provider.authorization_url(state, nonce, digest_of(verifier))
        begun = {"request": request, "nonce": nonce, "verifier": verifier, "browser": digest_of(browser)}
        await self._server.records.put(STATE, state, begun, REQUEST_SECONDS)
        return location

    async def _begun(self, scope: Scope, query: Mapping[str, str]) -> dict[str, Any]:
        """Take the sign-in of a callback.

        Raises:
            DecryptionFailed: when it did not begin in this browser, or another issuer responded (RFC 9207).
            VerificationUnavailable: when the provider's metadata cannot be fetched.
        """
        metadata = await self._server.provider.metadata()
        begun = await self._server.records.take(STATE, query.get("state", ""))
        browser = digest_of(self._cookies.browser(scope))
        if begun is None or not hmac.compare_digest(begun["browser"], browser):
            raise DecryptionFailed
        is_named = "iss" in query or metadata.authorization_response_iss_parameter_supported
        if is_named and query.get("iss") != metadata.issuer:
            raise DecryptionFailed
        return begun

    async def _back(self, send: Send, request: Mapping[str, Any], by_form: bool = False, **answer: str) -> None:
        """Send the browser back to the client with a code or an error, its state, and the issuer (RFC 9207)."""
        location = construct_redirect_uri(request["redirect_uri"], **answer, state=request["state"], iss=self._issuer)
        if by_form:
            return await send_body(send, 200, consent_page.sending_on(location), consent_page.HEADERS)
        return await send_body(send, 302, b"", {**consent_page.HEADERS, "location": location})

    async def _say(self, send: Send, status: int, text: str) -> None:
        await send_body(send, status, consent_page.message(text), consent_page.HEADERS)


def _code(query: Mapping[str, str]) -> str:
    """The provider's code.

    Raises:
        SignInFailed: when the provider sent an error instead.
    """
    if "code" not in query:
        raise SignInFailed(query.get("error", "server_error"), query.get("error_description", ""))
    return query["code"]
