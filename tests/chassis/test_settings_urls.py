"""Which URLs a setting of an https URL accepts."""

import pytest
from mcp_chassis.https_url import HttpsUrl, is_loopback
from pydantic import TypeAdapter, ValidationError

URL = TypeAdapter(HttpsUrl)
NOT_HTTPS = "must be an https URL, or http on this machine"
MORE_THAN_A_PLACE = "must be an https URL with a host, and without user, query or fragment"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example/api/v3//", "https://a.example/api/v3"),
        ("https://a.example:8443/", "https://a.example:8443"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://127.0.0.1:1/x/", "http://127.0.0.1:1/x"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_https_and_http_on_this_machine_are_accepted_without_trailing_slashes(given: str, expected: str):
    assert URL.validate_python(given) == expected


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("http://a.example", NOT_HTTPS),
        ("http://128.0.0.1", NOT_HTTPS),
        ("ftp://localhost", NOT_HTTPS),
        ("a.example", NOT_HTTPS),
        ("https://", MORE_THAN_A_PLACE),
        ("https:///path", MORE_THAN_A_PLACE),
        ("https://ann@a.example", MORE_THAN_A_PLACE),
        ("https://:password@a.example", MORE_THAN_A_PLACE),
        ("https://a.example?q=1", MORE_THAN_A_PLACE),
        ("https://a.example#part", MORE_THAN_A_PLACE),
        ("https://a.example:port", "must be an https URL"),
        ("https://[::1", "must be an https URL"),
    ],
)
def test_another_url_is_refused_with_the_rule_it_breaks(given: str, rule: str):
    with pytest.raises(ValidationError) as refused:
        URL.validate_python(given)
    assert refused.value.errors()[0]["msg"] == f"Value error, {rule}"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("localhost.example", False)],
)
def test_a_loopback_host_is_known_by_name_and_address(host: str, expected: bool):
    assert is_loopback(host) is expected
