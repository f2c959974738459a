from pathlib import Path
from typing import ClassVar

import pytest
from mcp_chassis.environment import env_file, full_environment, read_secret_file
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.settings import (
    BadSettings,
    HttpsUrl,
    Secret,
    ServerSettings,
    SettingsConfigDict,
    is_loopback,
    is_secret,
    variables,
)
from pydantic import AliasChoices, Field, SecretStr

CANARY = "canary-4711"


class Example(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="EXAMPLE_")

    token: Secret | None = Field(default=None, validation_alias=AliasChoices("EXAMPLE_TOKEN", "EXAMPLE_KEY"))
    api_url: HttpsUrl = "https://api.example.com"
    rate: int = Field(default=3, ge=1, le=9)


def test_everything_has_a_default():
    settings = Example.load({})
    assert (settings.rate, settings.api_url, settings.token) == (3, "https://api.example.com", None)
    assert (settings.max_result_chars, settings.log_level, settings.read_only) == (60_000, "INFO", False)


def test_values_come_from_the_variables_of_the_prefix_and_from_customary_ones():
    settings = Example.load({"EXAMPLE_RATE": "5", "EXAMPLE_KEY": CANARY, "LOG_LEVEL": "debug"})
    assert (settings.rate, settings.log_level) == (5, "DEBUG")
    assert settings.credential("token").reveal() == CANARY


def test_the_first_name_wins():
    settings = Example.load({"LOG_LEVEL": "ERROR", "MCP_LOG_LEVEL": "DEBUG"})
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_variable_means_not_set(empty: str):
    settings = Example.load({"EXAMPLE_RATE": empty, "EXAMPLE_TOKEN": empty, "EXAMPLE_TOOLS": empty})
    assert (settings.rate, settings.token, settings.tools) == (3, None, None)


@pytest.mark.parametrize(
    "url",
    [
        *("https://user@host", "https://:word@host", "https://host?query=1", "https://host#part", "https:///path"),
        *("https://host:99999", "https://host:port", "https://[::1", "http://10.0.0.1", "http://localhost.example"),
        *("ws://localhost", "host", "https:", "http://127.0.0.1.example", "http://user@localhost"),
    ],
)
def test_a_url_that_is_not_plain_https_is_refused(url: str):
    with pytest.raises(BadSettings, match="must be an https URL"):
        Example.load({"EXAMPLE_API_URL": url})


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://host", "https://host"),
        ("https://host:8443/api/v3/", "https://host:8443/api/v3"),
        ("http://localhost:4000", "http://localhost:4000"),
        ("http://127.0.0.9/", "http://127.0.0.9"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_address_is_read_without_a_slash_at_its_end_and_plain_http_for_this_machine_alone(url: str, read: str):
    assert Example.load({"EXAMPLE_API_URL": url}).api_url == read


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("EXAMPLE_RATE", CANARY, "Input should be a valid integer"),
        ("EXAMPLE_RATE", "10", "less than or equal to 9"),
        ("EXAMPLE_API_URL", f"ftp://{CANARY}", "must be an https URL"),
        ("EXAMPLE_API_URL", f"https://u:{CANARY}@host", "without user, query or fragment"),
        ("EXAMPLE_API_URL", f"http://{CANARY}.example", "must be an https URL"),
        ("EXAMPLE_API_URL", "http://[::1", "must be an https URL"),
        ("EXAMPLE_TOKEN", f"{CANARY} and blanks", "must be printable ASCII without spaces"),
        ("EXAMPLE_TOKEN", f"{CANARY}\r\nX-Injected: 1", "must be printable ASCII without spaces"),
        ("EXAMPLE_READ_ONLY", CANARY, "valid boolean"),
        ("MCP_MAX_RESULT_CHARS", "10", "greater than or equal to 1000"),
        ("MCP_STATE_KEYS", CANARY, "at least 32 characters"),
        ("LOG_LEVEL", CANARY, "'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'"),
    ],
)
def test_an_invalid_setting_is_named_with_its_rule_and_without_its_value(variable: str, value: str, rule: str):
    with pytest.raises(BadSettings) as caught:
        Example.load(
            {variable: value, "EXAMPLE_KEY": "other-canary"} if variable != "EXAMPLE_TOKEN" else {variable: value}
        )
    (problem,) = caught.value.problems
    assert problem.startswith(f"{variable}: ")
    assert rule in problem
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_all_invalid_settings_are_named_together():
    with pytest.raises(BadSettings) as caught:
        Example.load({"EXAMPLE_RATE": "x", "LOG_LEVEL": "y", "EXAMPLE_API_URL": "z"})
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/api/", "http://localhost:1", "http://[::1]:9/x"])
def test_plain_http_is_let_through_to_this_machine(url: str):
    assert Example.load({"EXAMPLE_API_URL": url}).api_url == url.rstrip("/")


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0"])
def test_a_host_that_only_resembles_the_loopback_interface_is_refused(host: str):
    assert not is_loopback(host)


def test_a_secret_never_shows_in_a_repr_or_an_error():
    settings = Example.load({"EXAMPLE_TOKEN": CANARY, "MCP_STATE_KEYS": CANARY * 4})
    assert CANARY not in f"{settings!r} {settings} {settings.credential('token')!r}"
    assert set(settings.secrets()) == {CANARY, CANARY * 4}


def test_a_mounted_secret_is_read_from_its_file_and_read_again_when_it_changes(tmp_path: Path):
    mounted = tmp_path / "token"
    mounted.write_text(f"{CANARY}\n")
    credential = Example.load({"EXAMPLE_TOKEN_FILE": str(mounted)}).credential("token")
    assert credential.reveal() == CANARY
    assert credential.reload() is False
    mounted.write_text("fresh")
    assert credential.reload() is True
    assert credential.reveal() == "fresh"
    for unusable in ("", "two words"):
        mounted.write_text(unusable)
        assert credential.reload() is False
    mounted.unlink()
    assert credential.reload() is False
    assert credential.reveal() == "fresh"


def test_a_mounted_secret_whose_file_is_missing_is_named():
    with pytest.raises(BadSettings, match="EXAMPLE_TOKEN_FILE: the file cannot be read"):
        Example.load({"EXAMPLE_TOKEN_FILE": "no/such/file"})


def test_the_variable_wins_over_the_file(tmp_path: Path):
    (tmp_path / "token").write_text("from-file")
    settings = Example.load({"EXAMPLE_TOKEN": CANARY, "EXAMPLE_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.credential("token").reveal() == CANARY


def test_a_missing_credential_fails_when_it_is_revealed_and_names_its_variable():
    credential = Example.load({}).credential("token")
    assert not credential.present
    assert credential.reload() is False
    with pytest.raises(AuthenticationFailed, match="EXAMPLE_TOKEN is not set"):
        credential.reveal()


def test_the_variables_of_a_field_are_known_for_tables_and_messages():
    assert variables(Example, "token") == ["EXAMPLE_TOKEN", "EXAMPLE_KEY"]
    assert variables(Example, "rate") == ["EXAMPLE_RATE"]
    assert variables(Example, "log_level") == ["MCP_LOG_LEVEL", "LOG_LEVEL"]


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Example.load({}).rate = 4  # pyright: ignore[reportAttributeAccessIssue]


def test_an_env_file_of_the_working_directory_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text("EXAMPLE_RATE=7\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert Example.load().rate == 3


def test_the_named_env_file_is_read_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    named = tmp_path / "settings.env"
    named.write_text("EXAMPLE_RATE=7\nEXAMPLE_API_URL=https://file.example\nUNRELATED=$HOME\n")
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(named))
    monkeypatch.setenv("EXAMPLE_RATE", "8")
    settings = Example.load()
    assert (settings.rate, settings.api_url) == (8, "https://file.example")
    assert full_environment()["UNRELATED"] == "$HOME"


def test_a_named_env_file_that_is_not_there_stops_the_start():
    with pytest.raises(BadSettings, match="TOOLROLL_ENV_FILE: names no file"):
        env_file({"TOOLROLL_ENV_FILE": "no/such/file"})


def test_the_users_own_env_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / name)
    (tmp_path / "toolroll").mkdir()
    (tmp_path / "toolroll" / ".env").write_text("EXAMPLE_RATE=6\n")
    assert env_file({}) in {tmp_path / "toolroll" / ".env", Path.cwd() / ".env"}


def test_a_byte_order_mark_of_windows_is_no_part_of_a_name_or_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "named.env").write_bytes(b"\xef\xbb\xbfEXAMPLE_RATE=7\r\nEXAMPLE_NAME=x\r\n")
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbfa-token\r\n")
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "named.env"))
    found = full_environment()
    assert (found["EXAMPLE_RATE"], found["EXAMPLE_NAME"]) == ("7", "x")
    assert read_secret_file("EXAMPLE_TOKEN", str(tmp_path / "token")) == "a-token"


def test_a_secret_file_as_windows_powershell_writes_it_is_refused_with_the_reason(tmp_path: Path):
    (tmp_path / "token").write_bytes("a-token\r\n".encode("utf-16"))
    with pytest.raises(BadSettings, match="EXAMPLE_TOKEN_FILE: the file must be text in UTF-8"):
        read_secret_file("EXAMPLE_TOKEN", str(tmp_path / "token"))


@pytest.mark.parametrize("written", [b"LOG_LEVEL=\xff\xfe\n", b"\xff\xfeL\x00O\x00G\x00"])
def test_an_env_file_that_is_not_text_stops_the_start_without_a_traceback_or_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bytes
):
    (tmp_path / "named.env").write_bytes(written)
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "named.env"))
    with pytest.raises(BadSettings) as caught:
        full_environment()
    assert caught.value.problems == ["named.env: this file of settings cannot be read as text in UTF-8"]


def test_a_variable_that_is_a_constant_now_is_ignored_with_a_warning(caplog: pytest.LogCaptureFixture):
    settings = ServerSettings.load({"MCP_BREAKER_WINDOW": "3", "MCP_RETRY_BASE": "0.4", "MCP_RETRY_ATTEMPTS": "1"})
    assert settings.breaker_window == 10
    assert (settings.retry_base_limited, settings.unsent_base, settings.unsent_attempts) == (2.0, 1.0, 1)
    assert caplog.messages == ["MCP_BREAKER_WINDOW is no longer a setting: it is 10."]


def test_a_secret_field_is_recognised_by_its_type():
    class Named(ServerSettings):
        plain: str = "SecretStr"
        one: SecretStr | None = None
        several: tuple[SecretStr, ...] = ()

    assert {name for name, info in Named.model_fields.items() if is_secret(info)} == {"one", "several", "state_keys"}
