"""Settings of the HTTP transport: rules over several of them, limits for one principal, and variables of one server."""

import sys

import pytest
from mcp_chassis.remote.http_process import connection_caps
from mcp_chassis.remote.in_flight import Caps
from mcp_chassis.remote.settings import ClientSettings, RemoteSettings
from mcp_chassis.settings import BadSettings

KEY = {"MCP_API_KEY": "k" * 22}
ISSUER = {"MCP_OAUTH_ISSUER": "https://login.example.com", "MCP_PUBLIC_URL": "https://tools.example.com"}

INVALID = {
    "a Redis URL of another scheme": (
        {"MCP_REDIS_URL": "http://localhost"},
        "MCP_REDIS_URL: must be a redis://, rediss:// or unix:// URL",
    ),
    "introspection without an issuer": (
        {"MCP_OAUTH_INTROSPECTION_URL": "https://login.example.com/introspect"},
        "MCP_OAUTH_INTROSPECTION_URL: needs MCP_OAUTH_ISSUER",
    ),
    "an issuer without an audience": (
        {"MCP_OAUTH_ISSUER": "https://login.example.com"},
        "MCP_OAUTH_ISSUER: needs MCP_PUBLIC_URL, or MCP_OAUTH_AUDIENCE",
    ),
    "another address without authentication": (
        {"MCP_HOST": "0.0.0.0"},
        (
            "MCP_HOST: an address beyond loopback needs MCP_API_KEY, MCP_API_KEYS_FILE, MCP_OAUTH_ISSUER "
            "or MCP_OAUTH_PROXY_ISSUER"
        ),
    ),
    "a key of 21 characters beyond loopback": (
        {"MCP_HOST": "0.0.0.0", "MCP_API_KEY": "k" * 21},
        "MCP_API_KEY: must have at least 22 characters: `toolroll keys new` makes one",
    ),
}


@pytest.mark.parametrize("kind", INVALID)
def test_the_error_for_an_invalid_setting_names_its_variable_and_its_rule(kind: str) -> None:
    environment, problem = INVALID[kind]
    with pytest.raises(BadSettings) as caught:
        RemoteSettings.load(environment)
    assert caught.value.problems == [problem]


@pytest.mark.parametrize(
    "environment",
    [
        {"MCP_HOST": "0.0.0.0", **KEY},
        {"MCP_HOST": "127.0.0.1", "MCP_API_KEY": "short"},
        {"MCP_HOST": "0.0.0.0", **ISSUER},
        {"MCP_OAUTH_ISSUER": "https://login.example.com", "MCP_OAUTH_AUDIENCE": "tools"},
        {**ISSUER, "MCP_OAUTH_INTROSPECTION_URL": "https://login.example.com/introspect"},
        *({"MCP_REDIS_URL": url} for url in ("redis://localhost", "rediss://localhost", "unix:///run/redis.sock")),
    ],
)
def test_settings_within_the_rules_are_accepted(environment: dict[str, str]) -> None:
    assert RemoteSettings.load(environment).port == 8080


@pytest.mark.parametrize(
    ("environment", "authenticated", "issuer"),
    [
        ({}, False, None),
        (KEY, True, None),
        ({"MCP_API_KEYS_FILE": "/etc/keys"}, True, None),
        (ISSUER, True, "https://login.example.com"),
    ],
)
def test_callers_need_a_credential_if_keys_or_an_issuer_are_set(
    environment: dict[str, str], authenticated: bool, issuer: str | None
) -> None:
    settings = RemoteSettings.load(environment)
    assert (settings.authenticated, settings.token_issuer) == (authenticated, issuer)


def test_the_scopes_of_callers_are_those_configured_or_all_classes_of_tools() -> None:
    assert RemoteSettings.load({"MCP_OAUTH_SCOPES": "read, extra"}).grantable_scopes == ("read", "extra")
    assert RemoteSettings.load({}).grantable_scopes == ("read", "write", "destructive", "resources", "prompts")


@pytest.mark.parametrize(
    ("environment", "requests", "streams"),
    [
        (KEY, Caps(100, 50), Caps(1000, 100)),
        ({}, Caps(100, 100), Caps(1000, 1000)),
        ({**KEY, "MCP_MAX_IN_FLIGHT": "9", "MCP_MAX_STREAMS": "8"}, Caps(9, 9), Caps(8, 8)),
        (
            {**KEY, "MCP_MAX_IN_FLIGHT_PER_CALLER": "9", "MCP_MAX_STREAMS_PER_CALLER": "8"},
            Caps(100, 9),
            Caps(1000, 8),
        ),
        ({"MCP_MAX_IN_FLIGHT_PER_CALLER": "9", "MCP_MAX_STREAMS_PER_CALLER": "8"}, Caps(100, 100), Caps(1000, 1000)),
    ],
)
def test_without_authentication_the_limit_of_one_principal_is_that_of_the_process(
    environment: dict[str, str], requests: Caps, streams: Caps
) -> None:
    settings = RemoteSettings.load(environment)
    assert (settings.request_caps, settings.stream_caps) == (requests, streams)


@pytest.mark.parametrize(
    ("environment", "files", "total", "per_principal"),
    [
        (KEY, 1_000_000, 4000, 500),
        ({}, 1_000_000, 4000, 4000),
        (KEY, 5332, 3999, 500),
        (KEY, 5336, 4000, 500),
        (KEY, 400, 300, 300),
        (KEY, 256, 192, 192),
        (KEY, 200, 136, 136),
        ({}, 200, 136, 136),
        (KEY, 66, 2, 2),
        (KEY, 64, 1, 1),
        (KEY, 10, 1, 1),
        ({**KEY, "MCP_MAX_CONNECTIONS": "100", "MCP_MAX_CONNECTIONS_PER_CALLER": "20"}, 1_000_000, 100, 20),
    ],
)
def test_connections_are_limited_to_three_quarters_of_the_files_and_leave_at_least_64(
    environment: dict[str, str], files: int, total: int, per_principal: int
) -> None:
    caps = connection_caps(RemoteSettings.load(environment), files)
    assert (caps.total, caps.per_principal) == (total, per_principal)


def test_a_variable_of_one_server_has_precedence_over_that_of_the_process() -> None:
    environment = {"MCP_MAX_STREAMS": "3", "TIME_ZONE_MCP_MAX_STREAMS": "5", "TIME_ZONE_MCP_MAX_IN_FLIGHT": ""}
    assert RemoteSettings.of("time-zone", environment).max_streams == 5
    assert RemoteSettings.of("time-zone", environment).max_in_flight == 100
    assert RemoteSettings.of("other", environment).max_streams == 3


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"TIME_ZONE_MCP_PORT": "70000", "MCP_PORT": "1"}, "TIME_ZONE_MCP_PORT: "),
        ({"MCP_PORT": "70000", "TIME_ZONE_MCP_HOST": "localhost"}, "MCP_PORT: "),
        ({"TIME_ZONE_MCP_API_KEY": "short", "MCP_HOST": "0.0.0.0"}, "TIME_ZONE_MCP_API_KEY: must have at least 22"),
    ],
)
def test_the_error_for_the_settings_of_one_server_names_the_variable_that_was_set(
    environment: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        RemoteSettings.of("time-zone", environment)
    [found] = caught.value.problems
    assert found.startswith(problem)


def test_the_settings_of_a_sign_in_are_those_of_its_prefix_alone() -> None:
    environment = {"ACME_CLIENT_ID": "app", "ACME_CLIENT_SECRET": "hush", "ACME_URL": "nonsense", "CLIENT_ID": "other"}
    settings = ClientSettings.under("ACME_", environment)
    assert settings.client_id == "app"
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "hush"
    assert ClientSettings.under("OTHER_", environment).client_id is None


def test_the_secret_of_a_sign_in_can_be_in_a_file(tmp_path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    settings = ClientSettings.under("ACME_", {"ACME_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "hush"


@pytest.mark.parametrize("name", ["AUTHORIZE_URL", "TOKEN_URL"])
def test_the_error_for_an_address_of_a_sign_in_names_the_whole_variable(name: str) -> None:
    with pytest.raises(BadSettings) as caught:
        ClientSettings.under("ACME_", {f"ACME_{name}": "http://login.example.com"})
    assert caught.value.problems == [f"ACME_{name}: must be an https URL, or http on this machine"]


def test_on_windows_several_workers_stop_the_start_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert RemoteSettings.load({"MCP_WORKERS": "1"}).workers == 1
    with pytest.raises(BadSettings, match="MCP_WORKERS: more than one process is not supported on Windows"):
        RemoteSettings.load({"MCP_WORKERS": "2"})
