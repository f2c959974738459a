"""Requests of a command-line program to an upstream's OAuth server, such as those for tokens and device codes."""

from collections.abc import Mapping
from typing import Any, cast

import httpx2
from msgspec import Struct

from mcp_chassis.accounts.account import Tokens
from mcp_chassis.telemetry.redaction import register_secret

TIMEOUT_SECONDS = 20.0
_APP = "Check client id and secret: they must be those of the OAuth app."
_REDIRECT = "Register the callback URL in the OAuth app; where it has a port, pass that port with --port."
ADVICE: Mapping[str, str] = {
    "incorrect_client_credentials": _APP,
    "invalid_client": _APP,
    "invalid_client_id": _APP,
    "bad_client_secret": _APP,
    "unauthorized_client": _APP,
    "redirect_uri_mismatch": _REDIRECT,
    "bad_redirect_uri": _REDIRECT,
    "device_flow_disabled": "Switch on the device flow in the settings of the OAuth app, or sign in by the browser.",
    "access_denied": "The sign-in was refused on the page.",
    "expired_token": "The code was not entered in time: run the command again.",
}
"""Next steps for OAuth errors, of RFC 6749, RFC 8628, GitHub and Slack."""


class SignInFailed(Exception):
    """The upstream issued no token; the message says why, quoting its `error_description` if there is one.

    Args:
        code: the OAuth error code, such as `authorization_pending`; empty for any other failure.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Granted(Struct, frozen=True):
    """Tokens issued by an upstream, the key of its response that held them, and their lifetime in seconds."""

    tokens: Tokens
    member: str
    expires_in: float | None


def granted(url: str, form: Mapping[str, str]) -> Granted:
    """Request tokens for an authorization code, a device code or a refresh token.

    Raises:
        SignInFailed: when the upstream refuses, does not respond, or responds without a token.
    """
    answer = posted(url, form)
    members: dict[str, Any] = {"": answer, **{name: part for name, part in answer.items() if isinstance(part, dict)}}
    found = next((name for name, part in members.items() if isinstance(part.get("access_token"), str)), None)
    if found is None:
        raise SignInFailed(f"The response of {_host(url)} contains no access token. Check the token URL.")
    part = members[found]
    refresh, seconds = part.get("refresh_token"), part.get("expires_in")
    tokens = Tokens(part["access_token"], refresh if isinstance(refresh, str) else None)
    for secret in filter(None, (tokens.access_token, tokens.refresh_token)):
        register_secret(secret)
    return Granted(tokens, found, float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None)


def posted(url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Post a form and return the JSON object of the response.

    Raises:
        SignInFailed: when the upstream cannot be reached, or responds with an error or without a JSON object.
    """
    headers = {"accept": "application/json", "user-agent": "toolroll"}
    try:
        with httpx2.Client(timeout=TIMEOUT_SECONDS) as client:
            response = client.post(url, data=dict(form), headers=headers)
            answer: object = response.json()
    except httpx2.HTTPError as exc:
        raise SignInFailed(f"{_host(url)} could not be reached: {type(exc).__name__}. Check network and URL.") from exc
    except ValueError as exc:
        raise SignInFailed(f"{_host(url)} did not respond with JSON. Check the URL.") from exc
    found = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
    if error := found.get("error"):
        words = str(found.get("error_description") or error).rstrip(".")
        advice = ADVICE.get(str(error), "")
        raise SignInFailed(f"{_host(url)} refused: {words}.{advice and ' '}{advice}", str(error))
    if not found or response.status_code >= httpx2.codes.BAD_REQUEST:
        raise SignInFailed(f"{_host(url)} responded with status {response.status_code}.")
    return found


def _host(url: str) -> str:
    return httpx2.URL(url).host
