"""A scripted GitHub or Slack that signs people in: codes with PKCE, device codes, tokens that end and are renewed.

It judges like the real ones: a code works once and only with the verifier of its challenge, a refresh token works once.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

AUTHORIZE, TOKEN, DEVICE, API = "/login/oauth/authorize", "/login/oauth/access_token", "/login/device/code", "/api"
CLIENT_ID, CLIENT_SECRET = "Iv1.client", "app-secret-7711"


class SignInUpstream:
    """What was granted and what is refused.

    Args:
        member: the member of answers that holds a person's token, as `authed_user` in Slack.
        expires_in: seconds of an access token; None for one that does not end.
        denies: the person refuses.
        pending: so often a device code is not entered yet.
        refusals: error words of the next answers to a device code.
    """

    def __init__(
        self,
        *,
        member: str = "",
        expires_in: int | None = None,
        denies: bool = False,
        pending: int = 0,
        refusals: tuple[str, ...] = (),
    ) -> None:
        self.refusals = list(refusals)
        self.member, self.expires_in, self.denies, self.pending = member, expires_in, denies, pending
        self.codes: dict[str, str] = {}
        self.refresh_tokens: set[str] = set()
        self.access_tokens: set[str] = set()
        self.every_secret: list[str] = []
        self.used: list[str] = []
        self.url = ""

    def environment(self, prefix: str) -> dict[str, str]:
        return {
            f"{prefix}CLIENT_ID": CLIENT_ID,
            f"{prefix}CLIENT_SECRET": CLIENT_SECRET,
            f"{prefix}AUTHORIZE_URL": self.url + AUTHORIZE,
            f"{prefix}TOKEN_URL": self.url + TOKEN,
            f"{prefix}DEVICE_URL": self.url + DEVICE,
            f"{prefix}API_URL": self.url + API,
        }

    def authorized(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        back = {"state": asked["state"]}
        if self.denies:
            return (
                f"{asked['redirect_uri']}?{urlencode({**back, 'error': 'access_denied', 'error_description': 'No.'})}"
            )
        assert asked["code_challenge_method"] == "S256"
        code = self._secret("code")
        self.codes[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return {"error": "incorrect_client_credentials"}
        kind = form["grant_type"]
        if kind == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return {"error": "bad_refresh_token", "error_description": "The refresh token is not valid."}
            self.refresh_tokens.remove(form["refresh_token"])
        elif kind.endswith("device_code"):
            if self.refusals:
                return {"error": self.refusals.pop(0)}
            self.pending -= 1
            if self.pending >= 0:
                return {"error": "authorization_pending"}
        elif self.codes.pop(form["code"], "") != _challenge(form["code_verifier"]):
            return {"error": "bad_verification_code"}
        return self._granted()

    def _granted(self) -> dict[str, Any]:
        access = self._secret("access")
        self.access_tokens.add(access)
        answer: dict[str, Any] = {"access_token": access, "token_type": "bearer"}
        if self.expires_in is not None:
            refresh = self._secret("refresh")
            self.refresh_tokens.add(refresh)
            answer |= {"refresh_token": refresh, "expires_in": self.expires_in}
        return {"ok": True, self.member: answer} if self.member else answer

    def _secret(self, kind: str) -> str:
        made = f"canary-{kind}-{secrets.token_hex(16)}"
        self.every_secret.append(made)
        return made


@contextmanager
def sign_in_upstream(**how: Any) -> Generator[SignInUpstream]:
    """One that listens on a loopback port."""
    upstream = SignInUpstream(**how)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == AUTHORIZE:
                self.send_response(302)
                self.send_header("location", upstream.authorized(dict(parse_qsl(parts.query))))
                self.send_header("content-length", "0")
                self.end_headers()
                return
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            upstream.used.append(token)
            good = token in upstream.access_tokens
            limits = {"resources": {"core": {"limit": 5000, "remaining": 4999, "reset": 2_000_000_000, "used": 1}}}
            self._answer(200 if good else 401, limits if good else {"message": "Bad credentials"})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"])).decode()
            if self.path == TOKEN:
                self._answer(200, upstream.token(dict(parse_qsl(text))))
            elif self.path == DEVICE:
                code = {"device_code": upstream._secret("device"), "user_code": "WDJB-MJHT", "interval": 0.01}
                self._answer(200, {**code, "verification_uri": f"{upstream.url}/login/device", "expires_in": 900})
            else:
                token = self.headers.get("authorization", "").removeprefix("Bearer ")
                upstream.used.append(token)
                good = token in upstream.access_tokens
                self._answer(
                    200, {"ok": True, "user": "ann", "team": "T"} if good else {"ok": False, "error": "invalid_auth"}
                )

        def _answer(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    upstream.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
