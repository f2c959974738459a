"""Credentials of an API in a bridge file: the file names the environment variables and never holds a value."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from rest_mcp.names import HeaderName, Line, QueryName, Variable
from rest_mcp.parameters import Part


class Auth(Part):
    """One secret of an API: its environment variable, and the header, query parameter or cookie that carries it.

    With `basic` the variable holds `user:password`, which is sent as HTTP Basic authentication.
    """

    header: HeaderName = "Authorization"
    query: QueryName | None = None
    cookie: QueryName | None = None
    basic: bool = False
    prefix: Annotated[str, Field(max_length=40, pattern=r"^[ -~]*$")] = "Bearer "
    variable: Variable = "API_TOKEN"

    @property
    def is_authorization(self) -> bool:
        """Whether the secret is sent in the Authorization header."""
        return self.header.lower() == "authorization" and self.query is None and self.cookie is None

    @model_validator(mode="after")
    def _one_carrier(self) -> Self:
        named = [word for word in ("header", "query", "cookie", "basic") if word in self.model_fields_set]
        if len(named) > 1 and set(named) != {"header", "basic"}:
            raise ValueError(f"names several places for one secret ({', '.join(named)}); write a table for each secret")
        return self


class OAuth(Part):
    """OAuth 2.0 client credentials: the variables with the token endpoint's URL, the client id and its secret."""

    token_url: Variable = "API_TOKEN_URL"  # noqa: S105
    client_id: Variable = "API_CLIENT_ID"
    client_secret: Variable = "API_CLIENT_SECRET"  # noqa: S105
    scope: Line | None = None
    audience: Line | None = None


class ClientCertificate(Part):
    """Mutual TLS: the variables with the paths of the client certificate and its private key, both in PEM."""

    certificate: Variable = "API_CERTIFICATE_FILE"
    key: Variable = "API_KEY_FILE"
