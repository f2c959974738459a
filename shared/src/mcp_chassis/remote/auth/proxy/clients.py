"""Clients of the proxy: registered dynamically (RFC 7591), or described by a document at the URL that is their id."""

from collections.abc import Collection, Sequence
from typing import Any, Self

from mcp.server.auth.provider import RegistrationError
from mcp.shared.auth import InvalidRedirectUriError, InvalidScopeError, OAuthClientInformationFull
from pydantic import AnyUrl, Field, ValidationError

from mcp_chassis.remote.auth.proxy.client_documents import ClientDocuments, InvalidDocument, is_document_url
from mcp_chassis.remote.auth.proxy.records import REGISTRATION, ProxyRecords
from mcp_chassis.remote.auth.proxy.redirect_uris import is_registered, redirect_uri_problem

UNUSED_SECONDS = 24 * 3600
"""Seconds after which a registration through which nobody has signed in is forgotten."""
USED_SECONDS = 365 * 24 * 3600
"""Seconds after the last sign-in or refresh after which a registration is forgotten."""
MAX_REDIRECT_URIS = 20
MAX_NAME_CHARS = 200
PUBLIC = "none"
IGNORED_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
"""Scopes that clients request of any provider; they mean nothing here, and are not granted."""


class ProxyClient(OAuthClientInformationFull):
    """A client whose redirect URIs on the person's own machine may have any port, and that may request any scope."""

    grantable: tuple[str, ...] = Field(default=(), exclude=True)

    @classmethod
    def of(cls, fields: dict[str, Any], grantable: tuple[str, ...]) -> Self:
        """The client with these metadata, which may request the scopes in `grantable`.

        Raises:
            ValidationError: when the metadata are invalid.
        """
        return cls.model_validate({**fields, "grantable": grantable})

    @property
    def is_document(self) -> bool:
        """Whether the client is described by a document, so that its host name is verified."""
        return is_document_url(self.client_id)

    def validate_redirect_uri(self, redirect_uri: AnyUrl | None) -> AnyUrl:
        """The redirect URI to use, which must be registered."""
        if redirect_uri is None:
            return super().validate_redirect_uri(None)
        if not is_registered(str(redirect_uri), map(str, self.redirect_uris or ())):
            raise InvalidRedirectUriError("The redirect_uri is not registered for this client.")
        return redirect_uri

    def validate_scope(self, requested_scope: str | None) -> list[str] | None:
        """The requested scopes; all that this server grants if none is requested."""
        requested = set((requested_scope or "").split()) - IGNORED_SCOPES
        if unknown := sorted(requested.difference(self.grantable)):
            raise InvalidScopeError(f"This server grants no scope {unknown[0]!r}: it has {', '.join(self.grantable)}.")
        return [scope for scope in self.grantable if scope in requested or not requested]


class Clients:
    """The clients of the proxy.

    Args:
        records: stores registrations.
        documents: fetches client metadata documents.
        scopes: the scopes that a client may request.
        schemes: private-use schemes that redirect URIs may have.
    """

    def __init__(
        self, records: ProxyRecords, documents: ClientDocuments, scopes: Sequence[str], schemes: Collection[str]
    ) -> None:
        self._records = records
        self._documents = documents
        self._scopes = tuple(scopes)
        self._schemes = frozenset(schemes)

    async def get(self, client_id: str) -> ProxyClient | None:
        """The client with an id; None if there is none, or its document is not usable."""
        if is_document_url(client_id):
            try:
                return self._from_document(await self._documents.get(client_id))
            except InvalidDocument:
                return None
        fields = await self._records.find(REGISTRATION, client_id)
        return ProxyClient.of(fields["client"], self._scopes) if fields else None

    async def register(self, client: OAuthClientInformationFull) -> None:
        """Store a new registration.

        Raises:
            RegistrationError: when a redirect URI or the name may not be registered.
        """
        self._check_redirects(client)
        if len(client.client_name or "") > MAX_NAME_CHARS:
            raise RegistrationError("invalid_client_metadata", f"client_name: at most {MAX_NAME_CHARS} characters")
        await self._store(client, UNUSED_SECONDS)

    async def keep(self, client: OAuthClientInformationFull) -> None:
        """Store a registration for longer, because somebody has signed in through it."""
        if not is_document_url(client.client_id):
            await self._store(client, USED_SECONDS)

    async def _store(self, client: OAuthClientInformationFull, seconds: int) -> None:
        fields = client.model_dump(mode="json", exclude_none=True)
        await self._records.put(REGISTRATION, client.client_id, {"client": fields}, seconds)

    def _check_redirects(self, client: OAuthClientInformationFull) -> None:
        uris = [str(uri) for uri in client.redirect_uris or ()]
        problems = [problem for uri in uris if (problem := redirect_uri_problem(uri, self._schemes))]
        if not 0 < len(uris) <= MAX_REDIRECT_URIS:
            problems = [f"redirect_uris: 1 to {MAX_REDIRECT_URIS} are needed"]
        if problems:
            raise RegistrationError("invalid_redirect_uri", problems[0])

    def _from_document(self, document: dict[str, Any]) -> ProxyClient:
        """The client that a document describes, without a secret, since anybody can read it.

        Raises:
            InvalidDocument: when the document is no valid description, or names a way to authenticate.
        """
        if document.get("token_endpoint_auth_method", PUBLIC) != PUBLIC or "client_secret" in document:
            raise InvalidDocument("the client's metadata document must have token_endpoint_auth_method none")
        try:
            client = ProxyClient.of({**document, "token_endpoint_auth_method": PUBLIC}, self._scopes)
            self._check_redirects(client)
        except (ValidationError, RegistrationError) as exc:
            raise InvalidDocument("the client's metadata document is not valid") from exc
        return client
