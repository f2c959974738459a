"""Requests to an upstream's OAuth as a program on a person's machine: codes, device codes and refresh tokens."""

from collections.abc import Mapping
from typing import Any, cast

import httpx2
from msgspec import Struct

from mcp_chassis.accounts.account import Tokens
from mcp_chassis.telemetry.redaction import register_secret

TIMEOUT_SECONDS = 20.0


class SignInFailed(Exception):
    """The upstream did not give a token; the text says why, in its own words where it has any.

    Args:
        code: the error word of OAuth, such as `authorization_pending`.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Granted(Struct):
    """Tokens as an upstream grants them, and the member of its answer that held them."""

    tokens: Tokens
    member: str
    expires_in: float | None


def granted(url: str, form: Mapping[str, str]) -> Granted:
    """The tokens for a code, a device code or a refresh token.

    Raises:
        SignInFailed: when the upstream refuses, does not answer, or answers without a token.
    """
    answer = posted(url, form)
    members: dict[str, Any] = {"": answer, **{name: part for name, part in answer.items() if isinstance(part, dict)}}
    found = next((name for name, part in members.items() if isinstance(part.get("access_token"), str)), None)
    if found is None:
        raise SignInFailed("The answer holds no token.")
    part = members[found]
    refresh, seconds = part.get("refresh_token"), part.get("expires_in")
    tokens = Tokens(part["access_token"], refresh if isinstance(refresh, str) else None)
    for secret in filter(None, (tokens.access_token, tokens.refresh_token)):
        register_secret(secret)
    return Granted(tokens, found, float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None)


def posted(url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The JSON answer to a form.

    Raises:
        SignInFailed: when there is none, or it tells an error.
    """
    headers = {"accept": "application/json", "user-agent": "toolroll"}
    try:
        with httpx2.Client(timeout=TIMEOUT_SECONDS) as client:
            response = client.post(url, data=dict(form), headers=headers)
            answer: object = response.json()
    except httpx2.HTTPError as exc:
        raise SignInFailed(f"{_host(url)} could not be reached: {type(exc).__name__}. Look at the network.") from exc
    except ValueError as exc:
        raise SignInFailed(f"{_host(url)} did not answer in JSON.") from exc
    found = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
    if error := found.get("error"):
        words = found.get("error_description") or error
        raise SignInFailed(f"{_host(url)} refused: {words}", str(error))
    if not found or response.status_code >= httpx2.codes.BAD_REQUEST:
        raise SignInFailed(f"{_host(url)} answered with status {response.status_code}.")
    return found


def _host(url: str) -> str:
    return httpx2.URL(url).host
