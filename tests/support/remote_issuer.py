"""An issuer of tokens, on a loopback socket or as a function: metadata, keys, introspection, tokens of every kind."""

import base64
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream

AUDIENCE = "https://tools.example.com/mcp"
Answers = Callable[[httpx2.Request], httpx2.Response] | Callable[[httpx2.Request], Awaitable[httpx2.Response]]
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def jwk(key: Any, kid: str, **more: str) -> dict[str, Any]:
    """The public half of a key."""
    algorithm = (
        jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    )
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", **more}


def pem(key: Any) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class Issuer:
    def __init__(self, upstream: ScriptedUpstream) -> None:
        self.upstream = upstream
        self.url = upstream.url

    def publishes(self, *keys: dict[str, Any]) -> None:
        self.upstream.answers("GET /jwks", Reply(json={"keys": list(keys)}))

    def environment(self) -> dict[str, str]:
        return {
            "MCP_PUBLIC_URL": "https://tools.example.com",
            "MCP_OAUTH_ISSUER": self.url,
        }

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "alice",
            "client_id": "a-client",
            "scope": "read",
            "iat": now,
            "exp": now + 300,
            **changed,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, key: Any = RSA_KEY, alg: str = "RS256", header: dict[str, Any] | None = None, **changed: Any
    ) -> str:
        head = {"kid": "one", "typ": "at+jwt", **(header or {})}
        return jwt.encode(
            self.claims(**changed), key, algorithm=alg, headers={k: v for k, v in head.items() if v is not None}
        )


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    """A token put together by hand."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join([*parts, signature])


def documents(answers: Answers) -> IssuerClient:
    """What an issuer says that answers as this function does."""
    return IssuerClient(httpx2.AsyncClient(transport=httpx2.MockTransport(answers)))


@asynccontextmanager
async def issuing() -> AsyncGenerator[Issuer]:
    async with ScriptedUpstream() as upstream:
        issuer = Issuer(upstream)
        issuer.publishes(jwk(RSA_KEY, "one"), jwk(EC_KEY, "two"))
        metadata = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks"}
        upstream.answers("GET /.well-known/oauth-authorization-server", Reply(json=metadata))
        yield issuer
