"""The failure of a caller without a grant, the question that it becomes, and the errors that end a grant."""

from types import SimpleNamespace
from typing import Any

import pytest
from mcp_chassis.remote.accounts.token_client import TokenClient, TokenRefused
from mcp_chassis.sign_in import OAuthApp, SignIn, SignInNeeded
from mcp_types import ClientCapabilities, ElicitationCapability, FormElicitationCapability, UrlElicitationCapability

URL = "https://sample.example/start"
BY_URL = ClientCapabilities(elicitation=ElicitationCapability(url=UrlElicitationCapability()))
BY_FORM = ClientCapabilities(elicitation=ElicitationCapability(form=FormElicitationCapability()))


def context(capabilities: ClientCapabilities | None, version: str = "2026-07-28", responses: Any = None) -> Any:
    return SimpleNamespace(client_capabilities=capabilities, protocol_version=version, input_responses=responses)


def test_a_host_that_opens_urls_is_asked_to_open_the_page_of_the_sign_in():
    asked = SignInNeeded("Acme", URL).question(context(BY_URL))
    assert asked
    assert asked.input_requests
    [(name, request)] = asked.input_requests.items()
    assert name == "sign_in"
    assert request.model_dump(mode="json", by_alias=True, exclude_none=True)["params"] == {
        "mode": "url",
        "message": "Sign in to Acme, so that this server can act for you there.",
        "url": URL,
    }


@pytest.mark.parametrize(
    "host",
    [
        context(None),
        context(ClientCapabilities()),
        context(BY_FORM),
        context(BY_URL, "2025-11-25"),
        context(BY_URL, responses={"sign_in": object()}),
    ],
    ids=["no capabilities", "no elicitation", "only forms", "an earlier revision", "already asked"],
)
def test_another_host_gets_the_failure_with_the_url_in_its_details(host: Any):
    assert SignInNeeded("Acme", URL).question(host) is None


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (None, "You have not yet allowed this server to act for you at Acme."),
        ("The grant was revoked.", "The grant was revoked."),
    ],
)
def test_the_failure_says_why_and_where_to_sign_in(reason: str | None, expected: str):
    failure = SignInNeeded("Acme", URL, reason)
    remedy = "Ask the person to open details.authorize_url and to sign in, then call again."
    assert failure.message == f"{expected} {remedy}"
    assert failure.details == {"authorize_url": URL, "auth_required": True}


class Documents:
    """An issuer that answers every request with one object."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    async def post(self, url: str, form: Any, *options: Any) -> dict[str, Any]:
        return self.answer


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        ("invalid_grant", True),
        ("bad_refresh_token", True),
        ("invalid_refresh_token", True),
        ("token_revoked", True),
        ("invalid_client", False),
        ("slow_down", False),
    ],
)
async def test_error_codes_of_an_invalid_grant_end_it_and_others_do_not(error: str, ended: bool):
    documents: Any = Documents({"error": error})
    client = TokenClient(SignIn("Acme", URL, URL, ("read",)), OAuthApp("app", "secret"), documents)
    with pytest.raises(TokenRefused) as refused:
        await client.token(refresh_token="old")
    assert (refused.value.grant_ended, refused.value.reason) == (ended, error)
