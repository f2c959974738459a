"""Security schemes of a document: the words of a bridge file for each, and the sentence that a person reads."""

from typing import Any

from openapi_bridges import operation
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.security import signing

TEXT = {"type": "string"}
AUTHORIZATION = {"type": "apiKey", "in": "header", "name": "Authorization"}
CREDENTIALS = {"type": "oauth2", "flows": {"clientCredentials": {}, "implicit": {}}}
WHOLE = "the variable holds the whole value, with its first word if there is one"
PLAIN = "the document names no security scheme: a bearer token in API_TOKEN is sent; write auth = false for none"


def signed(*alternatives: list[dict[str, Any]], headers: Any = (), count: int = 2) -> tuple[dict[str, Any], list[str]]:
    """What is written and told of alternatives, each a list of schemes, with headers of the first operation."""
    schemes = [scheme for each in alternatives for scheme in each]
    names = iter(range(len(schemes)))
    asked = [{f"s{next(names)}": [] for _ in each} for each in alternatives]
    needed = [{"name": name, "in": "header", "required": True, "schema": TEXT} for name in headers]
    paths = {f"/x{number}": {"get": operation(f"get_x{number}")} for number in range(count)}
    paths["/x0"]["get"]["parameters"] = needed
    components = {"securitySchemes": {f"s{number}": scheme for number, scheme in enumerate(schemes)}}
    return signing(Document({"openapi": "3.1.0", "paths": paths, "security": asked, "components": components}))


def key(place: str, name: str = "key", **more: Any) -> dict[str, Any]:
    return {"type": "apiKey", "in": place, "name": name, **more}


ONE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"type": "http", "scheme": "bearer"}, {}, "authentication is HTTP bearer"),
    ({"type": "http", "scheme": "Bearer"}, {}, "authentication is HTTP Bearer"),
    ({"type": "http", "scheme": "basic"}, {"auth": {"basic": True, "variable": "API_USER_AND_PASSWORD"}},
     "authentication is HTTP basic"),
    ({"type": "http", "scheme": "digest"}, {}, "authentication is HTTP digest, which this server cannot do"),
    (key("header", "X-Key"), {"auth": {"header": "X-Key", "prefix": ""}},
     "authentication is an API key, X-Key in the header"),
    (key("query"), {"auth": {"query": "key"}}, "authentication is an API key, key in the query"),
    (key("cookie"), {"auth": {"cookie": "key"}}, "authentication is an API key, key in the cookie"),
    (key("body"), {}, "authentication is an API key, key in the body, which this server cannot do"),
    (key("query", "a key"), {}, "authentication is an API key, a key in the query, which this server cannot do"),
    (key("query", "k" * 100), {"auth": {"query": "k" * 100}},
     f"authentication is an API key, {'k' * 100} in the query"),
    (key("query", "k" * 101), {},
     f"authentication is an API key, {'k' * 101} in the query, which this server cannot do"),
    (key("header", "Host"), {}, "authentication is an API key, Host in the header, which this server cannot do"),
    (AUTHORIZATION, {"auth": {"header": "Authorization", "prefix": ""}},
     "authentication is an API key, Authorization in the header: " + WHOLE),
    ({**AUTHORIZATION, "description": "A Bearer token"}, {},
     "authentication is an API key, Authorization in the header"),
    ({**key("header", "X-Key"), "description": "A bearer token"}, {"auth": {"header": "X-Key", "prefix": ""}},
     "authentication is an API key, X-Key in the header"),
    ({**AUTHORIZATION, "x-amazon-apigateway-authtype": "awsSigv4"}, {"auth": {"header": "Authorization", "prefix": ""}},
     "requests are signed with AWS Signature 4, which this server cannot do"),
    (CREDENTIALS, {"oauth": {"token_url": "API_TOKEN_URL"}},
     "authentication is OAuth 2.0 (clientCredentials, implicit): oauth fetches tokens"),
    ({"type": "oauth2", "flows": {"implicit": {}}}, {},
     "authentication is OAuth 2.0 (implicit): put an access token into API_TOKEN"),
    ({"type": "openIdConnect"}, {}, "authentication is OpenID Connect: put an access token into API_TOKEN"),
    ({"type": "mutualTLS"}, {"client_certificate": {"certificate": "API_CERTIFICATE_FILE"}, "auth": False},
     "authentication is a client certificate"),
    ({"type": "k" * 50}, {}, f"authentication is of a kind that is not known: {'k' * 40}"),
]  # fmt: skip


def test_each_security_scheme_gives_a_table_and_a_note() -> None:
    assert [(scheme, *signed([scheme])) for scheme, *_ in ONE] == [
        (scheme, words, [said]) for scheme, words, said in ONE
    ]


def test_a_document_without_a_scheme_is_sent_a_bearer_token() -> None:
    assert signed() == ({}, [PLAIN])
    assert signed([]) == ({}, [PLAIN])


def test_schemes_that_hold_together_are_written_together_each_with_a_variable_of_its_own() -> None:
    words, _ = signed([key("query", "a"), key("query", "b"), key("query", "c"), key("query", "d"), key("query", "e")])
    assert words == {
        "auth": [
            {"query": "a"},
            {"query": "b", "variable": "API_TOKEN_2"},
            {"query": "c", "variable": "API_TOKEN_3"},
            {"query": "d", "variable": "API_TOKEN_4"},
        ]
    }
    basic = {"type": "http", "scheme": "basic"}
    assert signed([key("query", "a"), basic])[0] == {
        "auth": [{"query": "a"}, {"basic": True, "variable": "API_USER_AND_PASSWORD"}]
    }


def test_tokens_are_fetched_unless_another_secret_is_in_their_header() -> None:
    for other, oauth in (
        (key("header", "X-Key"), True),
        (key("query"), True),
        (key("cookie", "Authorization"), True),
        (AUTHORIZATION, False),
        ({"type": "http", "scheme": "bearer"}, False),
    ):
        assert ("oauth" in signed([CREDENTIALS, other])[0]) is oauth, other


def test_a_certificate_alone_needs_no_other_secret() -> None:
    certificate = {"type": "mutualTLS"}
    assert "auth" not in signed([certificate, CREDENTIALS])[0]
    assert signed([certificate, key("query")])[0]["auth"] == {"query": "key"}


def test_the_first_alternative_that_needs_no_person_is_taken() -> None:
    person, digest = {"type": "openIdConnect"}, {"type": "http", "scheme": "digest"}
    assert signed([person], [digest], [key("query")])[0] == {"auth": {"query": "key"}}
    assert signed([key("query"), person], [key("cookie")])[0] == {"auth": {"cookie": "key"}}
    assert signed([person], [{"type": "mutualTLS"}])[0].keys() == {"client_certificate", "auth"}
    assert signed([person], [CREDENTIALS])[0].keys() == {"oauth"}
    assert signed([person], [digest])[1] == ["authentication is OpenID Connect: put an access token into API_TOKEN"]
    assert signed([], [key("query")])[0] == {"auth": {"query": "key"}}


def test_a_header_that_half_of_the_operations_require_comes_from_a_variable() -> None:
    tenant = {"header": "X-Tenant", "prefix": "", "variable": "API_X_TENANT"}
    assert signed(headers=["X-Tenant"])[0] == {"auth": [{}, tenant]}
    assert signed(headers=["X-Tenant"], count=3)[0] == {}
    assert signed([key("query")], headers=["X-Tenant"])[0] == {"auth": [{"query": "key"}, tenant]}
    assert signed([key("header", "x-tenant")], headers=["X-Tenant"])[0] == {
        "auth": {"header": "x-tenant", "prefix": ""}
    }
    assert signed([key("header", "X-TENANT")], headers=["X-Tenant"])[0] == {
        "auth": {"header": "X-TENANT", "prefix": ""}
    }
    assert signed(headers=["Accept", "Host"])[0] == {}
    long = signed(headers=["X" * 80])[0]["auth"][1]["variable"]
    assert long == f"API_{'X' * 60}"
    four = signed(headers=[f"X-{letter}" for letter in "ABCDE"])[0]["auth"]
    assert [each.get("header") for each in four] == [None, "X-A", "X-B", "X-C"]


def test_a_scheme_that_is_not_there_or_is_lost_is_left_out() -> None:
    paths = {"/x": {"get": operation("get_x", security=[{"a": [], "none": []}])}}
    for scheme, words in ((key("query"), {"auth": {"query": "key"}}), ({"$ref": "#/lost"}, {})):
        raw = {"openapi": "3.1.0", "paths": paths, "components": {"securitySchemes": {"a": scheme}}}
        assert signing(Document(raw))[0] == words
