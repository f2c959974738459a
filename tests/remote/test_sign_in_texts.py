"""Texts and addresses of the sign-in pages: callers by name, parameters that occur once, and origins."""

import pytest
from mcp_chassis.remote.accounts.encryption import DecryptionFailed
from mcp_chassis.remote.accounts.sign_in_pages import caller_text, origin_of, single_values


@pytest.mark.parametrize(
    ("principal", "text"),
    [
        ("key:ci", "the API key <b>ci</b>"),
        ("key:<i>", "the API key <b>&lt;i&gt;</b>"),
        ("local", "the API key <b>local</b>"),
        ("oauth:user:https://login.example#alice", "<b>alice</b> of https://login.example"),
        ("oauth:user:https://login.example#<b>", "<b>&lt;b&gt;</b> of https://login.example"),
        ("oauth:user:https://login.example#", "the API key <b>user:https://login.example#</b>"),
        ("key:user:https://login.example#alice", "the API key <b>user:https://login.example#alice</b>"),
    ],
)
def test_a_caller_is_named_by_its_key_or_its_subject_and_issuer(principal: str, text: str) -> None:
    assert caller_text(principal) == text


@pytest.mark.parametrize(
    ("query", "values"),
    [("", {}), ("a=1&b=", {"a": "1", "b": ""}), ("a=%20x+y", {"a": " x y"})],
)
def test_parameters_have_one_value_each(query: str, values: dict[str, str]) -> None:
    assert single_values(query) == values


def test_a_query_with_a_hundred_parameters_is_read_and_one_with_more_or_a_repeated_one_is_refused() -> None:
    names = [f"p{number}=1" for number in range(101)]
    assert len(single_values("&".join(names[:100]))) == 100
    for query in ("&".join(names), "a=1&a=1", "a=1&a="):
        with pytest.raises(DecryptionFailed):
            single_values(query)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://House.example:443/authorize", "https://house.example"),
        ("https://house.example/a?b#c", "https://house.example"),
        ("http://house.example:80/", "http://house.example"),
        ("http://house.example:443/", "http://house.example:443"),
        ("https://house.example:80/", "https://house.example:80"),
        ("https://house.example:8443/", "https://house.example:8443"),
    ],
)
def test_the_origin_of_a_url_has_no_default_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin
