"""Responses to hosts that look for an authorization server where there is none; hosts show the text to people."""

import re

from starlette.types import Receive, Scope, Send

from mcp_chassis.remote.http.rejections import send_json

_PATHS = re.compile(
    r".*/\.well-known/(?:oauth-authorization-server|oauth-protected-resource|openid-configuration)(?:/.*)?"
    r"|(?:/[^/]+)?/(?:register|authorize|token|revoke)"
)
ASK_FOR_A_KEY = (
    "This server has no sign-in. It accepts an API key: let the host send the header `Authorization: Bearer KEY`, or "
    "`X-API-Key: KEY`, and ask whoever runs the server for a key."
)
NO_CREDENTIAL_NEEDED = (
    "This server has no sign-in: it accepts calls without a key or token. Remove the sign-in from the host's entry."
)
ASK_THE_ISSUER = (
    "This server accepts access tokens of {issuer}; sign in there. /.well-known/oauth-protected-resource names it."
)


def is_sign_in_path(path: str) -> bool:
    """Whether a path is one where hosts look for an authorization server."""
    return bool(_PATHS.fullmatch(path))


class SignInHint:
    """404 with the text for people, in the error format of OAuth."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = {"error": "not_found", "error_description": self._text}
        await send_json(send, 404, body)
