"""How near a variable's name has to be to that of a setting, or a wrong name to a known one, to be taken for it."""

import pytest
from mcp_chassis.misspelt_settings import Misspelt, misspelt
from mcp_chassis.suggestions import did_you_mean

PREFIX = "SHELF_"
SETTINGS = (
    "SHELF_SIZE", "SHELF_READ_ONLY", "SHELF_TOKEN", "SHELF_WRITES_PER_SECOND", "SHELF_ALLOWED_ROWS", "SHELF_URL",
    "MCP_POLICY_FILE", "MCP_LOG_LEVEL",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SHELF_SIZE", None),
        ("SHELF_SIZES", "SHELF_SIZE"),
        ("SHELF_SIZ", "SHELF_SIZE"),
        ("SHELF_SZIE", "SHELF_SIZE"),
        ("SHELF_SEZE", "SHELF_SIZE"),
        ("SHELF_S_IZE", "SHELF_SIZE"),
        ("SHELF_SEZA", None),
        ("SHELF_SIZEXY", None),
        ("SHELF_URLS", None),
        ("SHELF_URX", None),
        ("SHELF_TOKEN_FILE", None),
        ("SHELF_TOKEN_COMMAND", None),
        ("SHELF_TOKEN_FILES", None),
        ("SHELF_READONLY", "SHELF_READ_ONLY"),
        ("SHELF_REDA_ONYL", "SHELF_READ_ONLY"),
        ("SHELF_READ_ONLY_MODE", "SHELF_READ_ONLY"),
        ("SHELF_READ_ON", "SHELF_READ_ONLY"),
        ("SHELF_READO", None),
        ("SHELF_REEDONLEY", "SHELF_READ_ONLY"),
        ("SHELF_REEDONLEYS", None),
        ("SHELF_WRITES_PER", None),
        ("SHELF_WRITES_PER_SECONDS", "SHELF_WRITES_PER_SECOND"),
        ("SHELF_WRITE_PER_SECONDS", "SHELF_WRITES_PER_SECOND"),
        ("SHELF_ALLOWED", "SHELF_ALLOWED_ROWS"),
        ("SHELF_ALLOW", None),
        ("MCP_POLICY", "MCP_POLICY_FILE"),
        ("MCP_LOG_LEVELS", None),
        ("OTHER_SIZE", None),
    ],
)
def test_a_variable_is_taken_for_the_setting_that_it_is_near_to(name: str, meant: str | None):
    expected = [] if meant is None else [Misspelt(name, meant)]
    assert list(misspelt([name, "SHELF_URL"], SETTINGS, PREFIX)) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("SHELF_READ_ONLY", True), ("SHELF_ALLOWED_ROWS", True), ("SHELF_LOCKDOWN", True), ("MCP_POLICY_FILE", True),
        ("MCP_FLOW", True), ("MCP_RAW_TEXT", True), ("SHELF_WRITABLE", True), ("SHELF_WRITE_CHANNELS", True),
        ("SHELF_WRITES_PER_SECOND", False), ("SHELF_TOKEN", False),
    ],
)  # fmt: skip
def test_a_setting_that_restricts_a_server_concerns_safety(setting: str, expected: bool):
    assert Misspelt("x", setting).concerns_safety is expected


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("chek", " Did you mean check?"),
        ("check", " Did you mean check?"),
        ("serv", " Did you mean serve?"),
        ("xyz", ""),
        ("abcdefghxy", " Did you mean abcdef?"),
        ("abcxyzuv", ""),
    ],
)
def test_the_most_similar_known_name_is_suggested_and_none_if_no_name_is_similar(name: str, suggestion: str):
    assert did_you_mean(name, iter(["check", "serve", "abcdef"])) == suggestion
