"""Redirect URIs of clients of the authorization proxy: what may be registered, and when a requested one is the same."""

import pytest
from mcp_chassis.remote.auth.proxy.redirect_uris import is_registered, redirect_uri_problem

CHARACTERS = "a redirect URI must be at most 2000 printable ASCII characters without spaces"
PARTS = "a redirect URI must have no fragment and no user name"
PLACE = "a redirect URI must be https, or http on localhost, 127.0.0.1 or [::1]"


def of_length(length: int) -> str:
    return "https://app.example/".ljust(length, "x")


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        (of_length(2_000), None),
        (of_length(2_001), CHARACTERS),
        ("https://app.example/callback?a=b", None),
        ("https://app.example/c allback", CHARACTERS),
        ("https://app.example\\@evil.example", CHARACTERS),
        ("https://ünsafe.example/", CHARACTERS),
        ("https://app.example/\x01", CHARACTERS),
        ("https://app.example/#x", PARTS),
        ("https://app.example/#", PARTS),
        ("https://user@app.example/", PARTS),
        ("http://localhost:3000/callback", None),
        ("http://127.0.0.1/callback", None),
        ("http://[::1]:8080/callback", None),
        ("http://app.example/callback", PLACE),
        ("https:///callback", PLACE),
        ("com.example.app:/callback", None),
        ("com.example.other:/callback", PLACE),
        ("javascript:alert(1)", PLACE),
        ("https://app.example:99999/", "a redirect URI must be a URL"),
        ("https://[::1", "a redirect URI must be a URL"),
    ],
)
def test_each_rule_of_redirect_uris_is_named_and_what_keeps_them_may_be_registered(
    uri: str, problem: str | None
) -> None:
    assert redirect_uri_problem(uri, {"com.example.app"}) == problem


@pytest.mark.parametrize(
    ("requested", "registered", "same"),
    [
        ("http://127.0.0.1:51234/callback", "http://127.0.0.1/callback", True),
        ("http://127.0.0.1:51234/callback", "http://127.0.0.1:8080/callback", True),
        ("http://[::1]:51234/callback", "http://[::1]/callback", True),
        ("http://localhost:51234/callback", "http://localhost/callback", True),
        ("http://LOCALHOST:51234/callback", "http://localhost/callback", True),
        ("http://localhost:080/callback", "http://localhost/callback", True),
        ("http://localhost:/callback", "http://localhost/callback", True),
        ("http://localhost/callback", "http://127.0.0.1/callback", False),
        ("http://127.0.0.1:51234/other", "http://127.0.0.1/callback", False),
        ("http://127.0.0.1:51234/callback?a", "http://127.0.0.1/callback", False),
        ("https://app.example:8443/callback", "https://app.example/callback", False),
        ("https://app.example/callback", "https://app.example/callback", True),
        ("https://localhost:1/callback", "https://localhost/callback", False),
    ],
)
def test_the_port_is_free_on_the_own_machine_alone(requested: str, registered: str, same: bool) -> None:
    assert is_registered(requested, ["https://first.example/", registered]) is same
