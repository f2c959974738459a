"""Settings of the HTTP transport; a server mounted beside others may have its own under its own prefix."""

import sys
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from mcp_chassis.environment import full_environment
from mcp_chassis.https_url import IssuerUrl
from mcp_chassis.remote.auth.scopes import TOOL_CLASSES
from mcp_chassis.remote.http.rate_limiter import RequestRate
from mcp_chassis.remote.in_flight import Caps
from mcp_chassis.remote.proxy_settings import ProxySettings
from mcp_chassis.settings import (
    BadSettings,
    CommaSeparated,
    Environment,
    HttpsUrl,
    Secret,
    SecretKeys,
    ServerSettings,
    SettingsConfigDict,
    is_loopback,
    split,
)
from mcp_chassis.tools import PROMPTS, RESOURCES

MIB = 1024 * 1024
OVER_SEVERAL = "settings: "
CLIENT_VARIABLES = ("CLIENT_ID", "CLIENT_SECRET", "AUTHORIZE_URL", "TOKEN_URL")
MAX_WORKERS = 64
SHORTEST_KEY = 22  # characters: 128 random bits in base64
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def _rate(value: object) -> object:
    return RequestRate.parse(value) if isinstance(value, str) else value


def _redis(url: Secret) -> Secret:
    if not url.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must be a redis://, rediss:// or unix:// URL")
    return url


RateSetting = Annotated[RequestRate, BeforeValidator(_rate)]
RedisUrl = Annotated[Secret, AfterValidator(_redis)]
Algorithms = Annotated[tuple[Algorithm, ...], BeforeValidator(split)]


class RemoteSettings(ProxySettings):
    """Settings of the HTTP transport, whichever server it carries."""

    commands_at_start = True

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="MCP_")

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; beyond loopback only with authentication."
    )
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(
        default=1, ge=1, le=MAX_WORKERS, description="Processes that serve the port together; not on Windows."
    )
    public_url: HttpsUrl | None = Field(default=None, description="The URL callers use, without the path /mcp.")
    allowed_hosts: CommaSeparated = Field(default=(), description="Host headers answered besides this machine's own.")
    allowed_origins: CommaSeparated = Field(default=(), description="Origins answered besides this machine's own.")
    max_body_bytes: int = Field(default=4 * MIB, ge=1024, le=64 * MIB, description="Bytes of one request's body.")
    trusted_proxies: CommaSeparated = Field(
        default=(), description="Addresses whose X-Forwarded-For is believed; none when unset."
    )
    max_in_flight: int = Field(
        default=100, ge=1, le=100_000, description="Calls answered at the same time; further ones get 503."
    )
    max_in_flight_per_caller: int = Field(
        default=50, ge=1, le=100_000, description="The same of one caller; further ones get 429."
    )
    max_streams: int = Field(default=1000, ge=1, le=100_000, description="Subscription streams open at the same time.")
    max_streams_per_caller: int = Field(default=100, ge=1, le=100_000, description="The same of one caller.")
    max_connections: int = Field(
        default=4000, ge=16, le=1_000_000, description="Open connections, at most; fewer where the file limit is lower."
    )
    max_connections_per_caller: int = Field(default=500, ge=1, le=1_000_000, description="The same of one caller.")
    drain_seconds: float = Field(default=7.0, ge=0, le=600, description="Seconds that calls in flight get at the end.")
    rate_limit: RateSetting = Field(
        default=RequestRate(60, 60.0),
        description="Tool calls a principal may make: 60/60 is 60 in 60 s; 0 is no limit.",
    )
    api_key: Secret | None = Field(default=None, description="One key with tools, resources and prompts.")
    api_keys_file: Path | None = Field(default=None, description="Keys: one `name sha256:HEX scope,scope` a line.")
    api_keys_hashed_only: bool = Field(default=False, description="Refuse keys that stand in the file in the clear.")
    oauth_issuer: IssuerUrl | None = Field(
        default=None, description="The issuer whose tokens are taken, with a slash at its end if tokens have it."
    )
    oauth_audience: str | None = Field(default=None, description="Audience of its tokens; the server's URL when unset.")
    oauth_jwks_url: HttpsUrl | None = Field(default=None, description="Its keys; looked up at the issuer when unset.")
    oauth_algorithms: Algorithms = Field(default=("RS256", "PS256", "ES256", "EdDSA"), description="Signatures taken.")
    oauth_scopes: CommaSeparated = Field(default=(), description="Scopes callers are told to ask for; all when unset.")
    oauth_introspection_url: HttpsUrl | None = Field(default=None, description="Ask here about opaque tokens.")
    oauth_client_id: str | None = Field(default=None, description="Who this server is when it asks there.")
    oauth_client_secret: Secret | None = Field(default=None, description="Its secret.")
    redis_url: RedisUrl | None = Field(
        default=None, description="What replicas share: limits, events, records, grants."
    )
    grant_keys: SecretKeys = Field(default=(), description="Keys that encrypt users' grants; the first encrypts.")
    grants_file: Path | None = Field(default=None, description="Where grants are kept without Redis.")

    @property
    def authenticated(self) -> bool:
        """Whether callers need a credential."""
        return bool(self.api_key or self.api_keys_file or self.token_issuer)

    @property
    def token_issuer(self) -> str | None:
        """The issuer of the tokens that are accepted; this server itself if it is a proxy of a provider."""
        return self.public_url if self.oauth_proxy_issuer else self.oauth_issuer

    @property
    def grantable_scopes(self) -> tuple[str, ...]:
        """The scopes that callers may request."""
        return self.oauth_scopes or (*TOOL_CLASSES, RESOURCES, PROMPTS)

    @property
    def request_caps(self) -> Caps:
        """Limits of the requests in flight; if callers need no credential, they all count as one principal."""
        return self._caps(self.max_in_flight, self.max_in_flight_per_caller)

    @property
    def stream_caps(self) -> Caps:
        """Limits of the listen streams."""
        return self._caps(self.max_streams, self.max_streams_per_caller)

    def _caps(self, total: int, per_principal: int) -> Caps:
        return Caps(total, min(total, per_principal) if self.authenticated else total)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not is_loopback(self.host) and not self.authenticated:
            raise ValueError(
                "MCP_HOST: an address beyond loopback needs MCP_API_KEY, MCP_API_KEYS_FILE, MCP_OAUTH_ISSUER "
                "or MCP_OAUTH_PROXY_ISSUER"
            )
        if self.api_key and not is_loopback(self.host) and len(self.api_key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(
                f"MCP_API_KEY: must have at least {SHORTEST_KEY} characters: `toolroll keys new` makes one"
            )
        if self.workers > 1 and sys.platform == "win32":
            raise ValueError("MCP_WORKERS: more than one process is not supported on Windows; start several servers")
        if self.workers > 1 and self.redis_url is None and self.idempotency_store == "memory":
            raise ValueError(
                "MCP_IDEMPOTENCY_STORE: memory is not shared by the processes of MCP_WORKERS, so that a write could be "
                "done twice; use file, or MCP_REDIS_URL"
            )
        if self.oauth_issuer and not (self.oauth_audience or self.public_url):
            raise ValueError("MCP_OAUTH_ISSUER: needs MCP_PUBLIC_URL, or MCP_OAUTH_AUDIENCE")
        if self.oauth_introspection_url and not self.oauth_issuer:
            raise ValueError("MCP_OAUTH_INTROSPECTION_URL: needs MCP_OAUTH_ISSUER")
        if problem := self.proxy_problem(self.public_url, self.grant_keys, self.oauth_issuer, self.oauth_audience):
            raise ValueError(problem)
        return self

    @classmethod
    def load(cls, environment: Environment | None = None) -> Self:
        try:
            return super().load(environment)
        except BadSettings as exc:  # a rule over several settings names its own
            raise BadSettings([problem.removeprefix(OVER_SEVERAL) for problem in exc.problems]) from exc

    @classmethod
    def of(cls, mount: str, environment: Environment | None = None) -> Self:
        """The settings of the server at `/{mount}/mcp`; `GITHUB_MCP_API_KEY` has precedence over `MCP_API_KEY`.

        Raises:
            BadSettings: naming each variable that breaks a rule.
        """
        merged = full_environment() if environment is None else dict(environment)
        own = f"{mount.upper().replace('-', '_')}_MCP_"
        overrides = {name[len(own) - 4 :]: value for name, value in merged.items() if name.startswith(own) and value}
        try:
            return cls.load({**merged, **overrides})
        except BadSettings as exc:
            raise BadSettings([_named_by_its_variable(problem, own, overrides) for problem in exc.problems]) from exc


def _named_by_its_variable(problem: str, own: str, overrides: Environment) -> str:
    """The problem with the name of the variable that was set."""
    variable, _, rule = problem.partition(": ")
    return f"{own}{variable.removeprefix('MCP_')}: {rule}" if variable in overrides else f"{variable}: {rule}"


class ClientSettings(ServerSettings):
    """The OAuth client of this server at its upstream: `<PREFIX>CLIENT_ID` and `<PREFIX>CLIENT_SECRET`."""

    commands_at_start = True

    client_id: str | None = Field(default=None, description="The OAuth app through which callers sign in.")
    client_secret: Secret | None = Field(default=None, description="Its secret.")
    authorize_url: HttpsUrl | None = Field(default=None, description="Where people sign in, if not at the usual place.")
    token_url: HttpsUrl | None = Field(default=None, description="Where codes become tokens, likewise.")

    @classmethod
    def under(cls, prefix: str, environment: Environment) -> Self:
        """The settings whose variables begin with `prefix`.

        Raises:
            BadSettings: naming each variable that breaks a rule.
        """
        named = {name.removeprefix(prefix): value for name, value in environment.items() if name.startswith(prefix)}
        wanted = {name: value for name, value in named.items() if name.removesuffix("_FILE") in CLIENT_VARIABLES}
        try:
            return cls.load(wanted)
        except BadSettings as exc:
            raise BadSettings([f"{prefix}{problem}" for problem in exc.problems]) from exc
