"""Headers of the response to a preflight, by the headers that a page wants to send."""

import pytest
from mcp_chassis.remote.http.cors import is_preflight, preflight_headers

ALWAYS = (
    "authorization, x-api-key, content-type, accept, last-event-id, mcp-protocol-version, mcp-method, mcp-name, "
    "mcp-session-id, x-mcp-tools, x-mcp-readonly, x-request-id, traceparent, tracestate"
)
ASKED = {"origin": "https://app.example", "access-control-request-method": "POST"}


def scope(method: str, headers: dict[str, str]) -> dict[str, object]:
    return {"method": method, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}


@pytest.mark.parametrize(
    ("wanted", "added"),
    [
        (None, ""),
        ("", ""),
        ("content-type,x-unknown", ""),
        ("mcp-param-owner", ", mcp-param-owner"),
        ("X-Unknown , MCP-Param-Owner , mcp-param-b2", ", mcp-param-owner, mcp-param-b2"),
        ("mcp-param-a_b,mcp-param-a b,mcp-param-*", ""),
        (",".join(["x"] * 49 + ["mcp-param-last"]), ", mcp-param-last"),
        (",".join(["x"] * 50 + ["mcp-param-late"]), ""),
    ],
)
def test_a_preflight_allows_fixed_headers_and_those_of_parameters_among_the_first_fifty(
    wanted: str | None, added: str
) -> None:
    headers = ASKED if wanted is None else {**ASKED, "access-control-request-headers": wanted}
    assert preflight_headers(scope("OPTIONS", headers)) == {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": ALWAYS + added,
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize(("requested", "allowed"), [("true", "true"), ("false", None), ("", None)])
def test_access_from_a_public_page_to_a_private_network_is_allowed_on_request(
    requested: str, allowed: str | None
) -> None:
    found = preflight_headers(scope("OPTIONS", {**ASKED, "access-control-request-private-network": requested}))
    assert found.get("access-control-allow-private-network") == allowed


@pytest.mark.parametrize(
    ("method", "headers", "preflight"),
    [
        ("OPTIONS", ASKED, True),
        ("POST", ASKED, False),
        ("OPTIONS", {"origin": "https://app.example"}, False),
        ("OPTIONS", {"access-control-request-method": "POST"}, False),
    ],
)
def test_a_preflight_is_options_with_an_origin_and_a_requested_method(
    method: str, headers: dict[str, str], preflight: bool
) -> None:
    assert is_preflight(scope(method, headers)) is preflight
