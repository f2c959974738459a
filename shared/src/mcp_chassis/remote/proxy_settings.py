"""Settings of the authorization proxy, for providers at which clients cannot register."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from mcp_chassis.remote.auth.proxy.people import rule_problem
from mcp_chassis.settings import CommaSeparated, HttpsUrl, Secret, ServerSettings

ISSUER = "MCP_OAUTH_PROXY_ISSUER"
OWN_PARAMETERS = frozenset(
    {"response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce"}
    | {"code_challenge", "code_challenge_method", "request", "request_uri"}
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,60}")
_NOT_PRIVATE = frozenset(
    {"http", "https", "javascript", "data", "vbscript", "file", "blob", "about", "ftp", "ws", "wss", "mailto", "tel"}
    | {"view-source", "filesystem", "intent", "chrome", "resource", "jar"}
)


def _people(rules: tuple[str, ...]) -> tuple[str, ...]:
    if problems := [problem for rule in rules if (problem := rule_problem(rule))]:
        raise ValueError(problems[0])
    return rules


def _schemes(schemes: tuple[str, ...]) -> tuple[str, ...]:
    if any(not _SCHEME.fullmatch(scheme) or scheme in _NOT_PRIVATE for scheme in schemes):
        raise ValueError("each entry is a private-use scheme in lower case, such as com.example.app")
    return schemes


def _parameters(entries: tuple[str, ...]) -> tuple[str, ...]:
    if any(not name.strip() or not separator for name, separator, _ in (entry.partition("=") for entry in entries)):
        raise ValueError("each entry is name=value, such as prompt=consent")
    if own := [name for name in (entry.partition("=")[0] for entry in entries) if name in OWN_PARAMETERS]:
        raise ValueError(f"{own[0]} is set by the server itself")
    return entries


PeopleRules = Annotated[CommaSeparated, AfterValidator(_people)]
Schemes = Annotated[CommaSeparated, AfterValidator(_schemes)]
Parameters = Annotated[CommaSeparated, AfterValidator(_parameters)]


class ProxySettings(ServerSettings):
    """Settings of the authorization proxy, which is off without an issuer."""

    oauth_proxy_issuer: HttpsUrl | None = Field(
        default=None, description="The OpenID provider at which people sign in; clients register at this server."
    )
    oauth_proxy_client_id: str | None = Field(default=None, description="The client that is registered there.")
    oauth_proxy_client_secret: Secret | None = Field(default=None, description="Its secret; none of a public client.")
    oauth_proxy_people: PeopleRules = Field(
        default=(), description="Who may sign in: claim=pattern of the ID token, or * for all of the provider."
    )
    oauth_proxy_scopes: CommaSeparated = Field(
        default=(), description="Scopes requested there; openid, profile, email, offline_access when unset."
    )
    oauth_proxy_parameters: Parameters = Field(
        default=(), description="Further parameters of the request there: access_type=offline,prompt=consent."
    )
    oauth_proxy_schemes: Schemes = Field(
        default=(), description="Private-use schemes that redirect URIs may have besides https and loopback http."
    )

    def proxy_problem(
        self, public_url: str | None, grant_keys: tuple[SecretStr, ...], oauth_issuer: str | None, audience: str | None
    ) -> str | None:
        """The rule over several settings that is broken; None if there is none."""
        others = ("client_id", "client_secret", "people", "scopes", "parameters", "schemes")
        if self.oauth_proxy_issuer is None:
            alone = next((name for name in others if getattr(self, f"oauth_proxy_{name}")), None)
            return alone and f"MCP_OAUTH_PROXY_{alone.upper()}: needs {ISSUER}"
        if oauth_issuer or audience:
            return f"{ISSUER}: replaces MCP_OAUTH_ISSUER and MCP_OAUTH_AUDIENCE: unset them"
        needed = {
            "MCP_OAUTH_PROXY_CLIENT_ID": self.oauth_proxy_client_id,
            "MCP_OAUTH_PROXY_PEOPLE, which says who may sign in": self.oauth_proxy_people,
            "MCP_PUBLIC_URL": public_url,
            "MCP_GRANT_KEYS, which encrypt what is stored": grant_keys,
        }
        if missing := next((name for name, value in needed.items() if not value), None):
            return f"{ISSUER}: needs {missing}"
        if (public_url or "").count("/") > 2:
            return "MCP_PUBLIC_URL: must have no path, because this server's issuer is that URL"
        return None
