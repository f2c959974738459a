"""Defaults of the settings of every server, their variables, and the values at and beyond their bounds."""

import logging
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.credential import printable
from mcp_chassis.settings import BadSettings, ServerSettings, SettingsConfigDict, split, variables
from mcp_chassis.telemetry.redaction import REMOVED, scrub_log
from pydantic import SecretStr
from sample_server import SAMPLE


class PlainSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="PLAIN_")


DEFAULTS: dict[str, tuple[str, Any]] = {
    "read_only": ("PLAIN_READ_ONLY", False),
    "tools": ("PLAIN_TOOLS", None),
    "max_result_chars": ("MCP_MAX_RESULT_CHARS", 60_000),
    "log_level": ("MCP_LOG_LEVEL", "INFO"),
    "debug": ("MCP_DEBUG", False),
    "audit_arguments": ("MCP_AUDIT_ARGUMENTS", False),
    "state_keys": ("MCP_STATE_KEYS", ()),
    "idempotency_store": ("MCP_IDEMPOTENCY_STORE", "file"),
    "front": ("MCP_FRONT", "on"),
    "warm_up": ("MCP_WARM_UP", None),
    "raw_text": ("MCP_RAW_TEXT", False),
    "flow": ("MCP_FLOW", "off"),
    "flow_seconds": ("MCP_FLOW_SECONDS", 3_600.0),
    "policy_file": ("MCP_POLICY_FILE", ""),
}


@pytest.mark.parametrize("field", DEFAULTS)
def test_a_setting_has_its_documented_variable_and_default(field: str):
    variable, default = DEFAULTS[field]
    assert variables(PlainSettings, field)[0] == variable
    assert getattr(PlainSettings.load({}), field) == default


@pytest.mark.parametrize(
    ("variable", "field", "accepted", "refused"),
    [
        ("MCP_MAX_RESULT_CHARS", "max_result_chars", [1_000, 10_000_000], [999, 10_000_001]),
        ("MCP_WARM_UP", "warm_up", [0, 86_400], [-1, 86_401]),
        ("MCP_FLOW_SECONDS", "flow_seconds", [0.1, 10_000_000], [0, 10_000_001]),
    ],
)
def test_a_number_at_its_bounds_is_accepted_and_one_beyond_refused(
    variable: str, field: str, accepted: list[float], refused: list[float]
):
    assert [getattr(PlainSettings.load({variable: str(value)}), field) for value in accepted] == accepted
    for value in refused:
        with pytest.raises(BadSettings, match=f"^{variable}: Input should be "):
            PlainSettings.load({variable: str(value)})


@pytest.mark.parametrize(
    ("variable", "field", "values"),
    [
        ("MCP_LOG_LEVEL", "log_level", ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ("MCP_IDEMPOTENCY_STORE", "idempotency_store", ["file", "memory"]),
        ("MCP_FRONT", "front", ["on", "off"]),
        ("MCP_FLOW", "flow", ["off", "ask", "deny"]),
    ],
)
def test_a_choice_accepts_its_values_and_no_other(variable: str, field: str, values: list[str]):
    assert [getattr(PlainSettings.load({variable: value}), field) for value in values] == values
    with pytest.raises(BadSettings, match=f"^{variable}: Input should be "):
        PlainSettings.load({variable: f"{values[0]}X"})


@pytest.mark.parametrize(
    ("given", "expected"), [("a, b ,,c", ("a", "b", "c")), (" ", ()), (("a",), ("a",)), (None, None), (7, 7)]
)
def test_a_text_between_commas_is_split_and_any_other_value_returned(given: object, expected: object):
    assert split(given) == expected


def test_each_key_of_state_has_32_characters_or_more():
    keys = PlainSettings.load({"MCP_STATE_KEYS": f"{'a' * 32},{'b' * 40}"}).state_keys
    assert [key.get_secret_value() for key in keys] == ["a" * 32, "b" * 40]
    assert all(isinstance(key, SecretStr) for key in keys)
    for wrong in ("a" * 31, f"{'a' * 32},{'b' * 31}"):
        with pytest.raises(BadSettings, match="MCP_STATE_KEYS: every key must have at least 32 characters"):
            PlainSettings.load({"MCP_STATE_KEYS": wrong})


def test_the_log_level_may_be_in_the_customary_variable(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    assert PlainSettings.load({"LOG_LEVEL": "ERROR"}).log_level == "ERROR"
    assert PlainSettings.load({"LOG_LEVEL": "ERROR", "MCP_LOG_LEVEL": "DEBUG"}).log_level == "DEBUG"
    assert caplog.text == ""


def test_a_credential_that_was_loaded_again_is_masked_in_log_lines(tmp_path: Path):
    mounted = tmp_path / "token"
    mounted.write_text("first-canary-771")
    credential = SAMPLE.settings.load({"SAMPLE_TOKEN_FILE": str(mounted)}).credential("token")
    before = credential.source
    assert not credential.reload()
    mounted.write_text("second-canary-771\n")
    assert credential.reload()
    assert credential.reveal() == "second-canary-771"
    assert credential.source != before
    assert scrub_log("sent second-canary-771") == f"sent {REMOVED}"
    for broken in ("", "two words", "caf\u00e9-771"):
        mounted.write_text(broken)
        assert not credential.reload()
        assert credential.reveal() == "second-canary-771"
    mounted.unlink()
    assert not credential.reload()


@pytest.mark.parametrize(
    ("given", "accepted"), [(" a~! ", "a~!"), ("a b", None), ("", None), ("\x7f", None), ("é", None)]
)
def test_a_credential_is_printable_ascii_without_spaces(given: str, accepted: str | None):
    if accepted is None:
        with pytest.raises(ValueError, match="must be printable ASCII without spaces"):
            printable(SecretStr(given))
    else:
        assert printable(SecretStr(given)).get_secret_value() == accepted
