"""A GitHub App of the scripted GitHub: it checks the signed token, and gives tokens of installations."""

import copy
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from github_openapi import Description
from github_shapes import Shapes
from github_wire import Answer, Refusal, Request
from github_world import World, stamp

PATHS = re.compile(r"/app(/.*)?|/(orgs|users)/[^/]+/installation")
LIFETIME_SECONDS = 3600.0


@lru_cache
def private_key(number: int = 1) -> RSAPrivateKey:
    """A key of this run, the same for every test that asks for its number."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: RSAPrivateKey) -> str:
    """The key as GitHub gives it to the owner of an app."""
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@dataclass
class Installation:
    id: int
    owner: str
    kind: str = "Organization"
    suspended: bool = False
    permissions: dict[str, str] = field(default_factory=lambda: {"issues": "write", "contents": "read"})
    given: list[str] = field(default_factory=list[str])
    """Tokens in the order they were given."""


class ScriptedApp:
    """One app and its installations; answers have the shape of GitHub's published examples.

    `lifetime_seconds` is that of the tokens it gives; a token stays good until it is taken out of the world.
    """

    def __init__(self, world: World, description: Description, *installations: Installation, app_id: str = "1") -> None:
        self.world = world
        self.app_id = app_id
        self.key = private_key()
        self.installations = list(installations)
        self.lifetime_seconds = LIFETIME_SECONDS
        self._own = dict(description.examples("GET", "/app"))["default"]
        self._installation = dict(description.examples("GET", "/app/installations/{installation_id}"))["default"]

    def answer(self, request: Request) -> Answer:
        self._check(request.headers.get("authorization", ""))
        if request.path == "/app":
            return Answer(200, {**self._own, "slug": "builder", "name": "Builder"})
        if request.path == "/app/installations":
            return Answer(200, [self._shape(each) for each in self.installations])
        if match := re.fullmatch(r"/app/installations/(\d+)(/access_tokens)?", request.path):
            found = next((each for each in self.installations if each.id == int(match.group(1))), None)
            return self._token(_there(found)) if match.group(2) else Answer(200, self._shape(_there(found)))
        kind, owner = request.path.split("/")[1:3]
        wanted = {"orgs": "Organization", "users": "User"}[kind]
        found = next((each for each in self.installations if (each.owner, each.kind) == (owner, wanted)), None)
        return Answer(200, self._shape(_there(found)))

    def _check(self, authorization: str) -> None:
        try:
            claims = jwt.decode(
                authorization.removeprefix("Bearer "),
                self.key.public_key(),
                algorithms=["RS256"],
                options={"require": ["exp", "iat", "iss"], "verify_iat": False, "verify_exp": False},
            )
        except jwt.PyJWTError:
            raise Refusal(401, "A JSON web token could not be decoded") from None
        if claims["iss"] != self.app_id:
            raise Refusal(401, "Integration not found")
        if claims["exp"] - claims["iat"] > 600:
            raise Refusal(401, "'Expiration time' claim ('exp') is too far in the future")

    def _shape(self, installation: Installation) -> dict[str, Any]:
        shape = copy.deepcopy(self._installation)
        shape["id"], shape["permissions"] = installation.id, installation.permissions
        account = Shapes("http://127.0.0.1").user(self.world.user(installation.owner, installation.kind))
        moment = stamp(self.world.clock())
        # The published list wants an account to be a user and an enterprise at once.
        enterprise = {"name": "", "slug": "", "created_at": moment, "updated_at": moment}
        shape["account"] = {**enterprise, **account}
        shape["suspended_at"] = stamp(self.world.clock()) if installation.suspended else None
        return shape

    def _token(self, installation: Installation) -> Answer:
        if installation.suspended:
            raise Refusal(403, "This installation has been suspended")
        token = f"ghs_{installation.owner}{len(installation.given) + 1:030}"
        installation.given.append(token)
        self.world.tokens[token] = "builder[bot]"
        end = stamp(self.world.clock() + self.lifetime_seconds)
        return Answer(201, {"token": token, "expires_at": end, "permissions": installation.permissions})


def _there(found: Installation | None) -> Installation:
    if found is None:
        raise Refusal(404, "Not Found")
    return found
