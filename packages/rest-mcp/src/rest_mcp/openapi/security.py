"""Security schemes of a document as the `auth` tables of a bridge file."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rest_mcp.names import is_header
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.entries import SENT_BY_US, required_headers
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.schemas import Table, snake

MAX_SECRETS = 4
HTTP_TABLES: dict[str, Table] = {
    "bearer": {},
    "basic": {"basic": True, "variable": "API_USER_AND_PASSWORD"},
}
_PLAIN_NAME = re.compile(r"[^\s&=#?]{1,100}")  # as `QueryName`
CANNOT_SIGN = "which this server cannot do"


def signing(document: Document) -> tuple[Table, list[str]]:
    """Return the keys of `[apis.NAME]` for the document's security schemes, and notes about them.

    A plain bearer token needs no key: it is the default of a bridge.
    """
    schemes = _chosen(document.security)
    secrets = [table for scheme in schemes if (table := _secret(scheme)) is not None]
    secrets = [*secrets, *(_header_secret(name) for name in _common_headers(document, secrets))][:MAX_SECRETS]
    words: Table = {}
    if secrets and not schemes:
        secrets = [{}, *secrets][:MAX_SECRETS]
    for number, table in enumerate(secrets[1:], 2):
        table.setdefault("variable", f"API_TOKEN_{number}")
    if secrets and secrets != [{}]:
        words["auth"] = secrets[0] if len(secrets) == 1 else secrets
    if any(map(_client_credentials, schemes)) and not any(map(_is_authorization, secrets)):
        words["oauth"] = {"token_url": "API_TOKEN_URL"}
    if any(scheme.get("type") == "mutualTLS" for scheme in schemes):
        words["client_certificate"] = {"certificate": "API_CERTIFICATE_FILE"}
        if len(schemes) == 1 and not secrets:
            words["auth"] = False
    return words, list(_sentences(document, schemes))


def _chosen(alternatives: list[list[Node]]) -> list[Node]:
    """The first alternative of schemes that this server supports without a person; else the first."""
    return next((each for each in alternatives if each and all(map(_can_sign, each))), (alternatives or [[]])[0])


def _can_sign(scheme: Node) -> bool:
    return _secret(scheme) is not None or _client_credentials(scheme) or scheme.get("type") == "mutualTLS"


def _is_authorization(secret: Table) -> bool:
    """Whether a secret is sent in the Authorization header, which an OAuth token would use too."""
    return secret.get("header", "Authorization") == "Authorization" and not secret.keys() & {"query", "cookie"}


def _secret(scheme: Node) -> Table | None:
    """Build the `auth` table of a security scheme with one secret; None for other schemes."""
    kind, name = scheme.get("type"), str(scheme.get("name", ""))
    if kind == "http":
        table = HTTP_TABLES.get(str(scheme.get("scheme", "")).lower())
        return None if table is None else dict(table)
    if kind != "apiKey":
        return None
    place: Any = scheme.get("in")
    if place == "header" and is_header(name):
        bearer = name.lower() == "authorization" and "bearer" in str(scheme.get("description", "")).lower()
        return {} if bearer else {"header": name, "prefix": ""}
    return {place: name} if place in {"query", "cookie"} and _PLAIN_NAME.fullmatch(name) else None


def _header_secret(name: str) -> Table:
    """The `auth` table of a further required header, with a variable named after the header."""
    return {"header": name, "prefix": "", "variable": f"API_{snake(name).upper()}"[:64]}


def _common_headers(document: Document, secrets: list[Table]) -> list[str]:
    """The headers that at least half of the operations require and for which the document has no single value."""
    known = SENT_BY_US | {str(each.get("header", "")).lower() for each in secrets}
    counted = Counter(
        name
        for operation in document.operations.values()
        for name in dict.fromkeys(required_headers(document, operation))
        if name.lower() not in known
    )
    return [name for name, count in counted.items() if 2 * count >= len(document.operations) and is_header(name)]


def _client_credentials(scheme: Node) -> bool:
    return scheme.get("type") == "oauth2" and "clientCredentials" in (scheme.get("flows") or ())


def _sentences(document: Document, schemes: list[Node]) -> Iterator[str]:
    """Yield notes for a person about the API's authentication."""
    if not schemes:
        yield "the document names no security scheme: a bearer token in API_TOKEN is sent; write auth = false for none"
    for scheme in schemes:
        kind = scheme.get("type")
        if kind == "oauth2":
            flows = ", ".join(scheme.get("flows") or ())
            how = "oauth fetches tokens" if _client_credentials(scheme) else "put an access token into API_TOKEN"
            yield f"authentication is OAuth 2.0 ({flows}): {how}"
        elif kind == "openIdConnect":
            yield "authentication is OpenID Connect: put an access token into API_TOKEN"
        elif kind == "apiKey" and "aws" in str(scheme.get("x-amazon-apigateway-authtype", "")).lower():
            yield f"requests are signed with AWS Signature 4, {CANNOT_SIGN}"
        elif kind == "apiKey":
            yield f"authentication is an API key, {scheme.get('name')} in the {scheme.get('in')}{_note(scheme)}"
        elif kind == "http":
            yield f"authentication is HTTP {scheme.get('scheme')}{_note(scheme)}"
        elif kind == "mutualTLS":
            yield "authentication is a client certificate"
        else:
            yield f"authentication is of a kind that is not known: {str(kind)[:40]}"


def _note(scheme: Node) -> str:
    """A suffix for the note about one scheme; usually empty."""
    table = _secret(scheme)
    if table is None:
        return f", {CANNOT_SIGN}"
    if str(table.get("header", "")).lower() == "authorization":
        return ": the variable holds the whole value, with its first word if there is one"
    return ""
