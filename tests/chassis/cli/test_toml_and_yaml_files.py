"""Changing one member of a TOML or YAML file: it is changed, and every other line and comment stays."""

import tomllib

import pytest
from mcp_chassis.cli.hosts import toml_file, yaml_file

ENTRY = {"command": "/uv", "args": ["run", 'a "b"'], "env": {"TOKEN": "t", "a b": "x\ny"}}
TOML = """\
# my settings
model = "o9"

[mcp_servers.other]  # keep
command = "x"

# about ours
[mcp_servers."ours"]
command = "old"
args = []

[mcp_servers.ours.env]
TOKEN = "filled in"

# about the profile
[profiles.fast]
model = "o8"
"""
YAML = """\
# mine
GOOSE_PROVIDER: "openai"   # keep
extensions:
  developer:
    enabled: true  # yes
  # about ours
  ours:
    cmd: old
    timeout: 300
"""


def test_a_new_table_is_appended() -> None:
    text = toml_file.with_member(TOML, ["mcp_servers", "new"], ENTRY)
    assert text.startswith(TOML)
    assert tomllib.loads(text)["mcp_servers"]["new"] == ENTRY


@pytest.mark.parametrize("value", [ENTRY, {"url": "https://x"}, {"url": "https://x", "http_headers": {"A": "b"}}])
def test_an_existing_table_is_changed_in_place_and_comments_around_it_are_kept(value: dict[str, object]) -> None:
    text = toml_file.with_member(TOML, ["mcp_servers", "ours"], value)
    assert tomllib.loads(text)["mcp_servers"] == {"other": {"command": "x"}, "ours": value}
    assert text.startswith(TOML.partition('command = "old"')[0])
    assert text.endswith('\n\n# about the profile\n[profiles.fast]\nmodel = "o8"\n')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1",
        'mcp_servers = { other = { command = "x" } }\n',
        '[mcp_servers]\nother = { command = "x" }\n[b]\nc = 1\n',
    ],
)
def test_a_table_is_added_to_a_parent_in_any_notation(text: str) -> None:
    once = toml_file.with_member(text, ["mcp_servers", "ours"], ENTRY)
    twice = tomllib.loads(toml_file.with_member(once, ["mcp_servers", "two"], ENTRY))
    others = tomllib.loads(text)
    assert twice == {**others, "mcp_servers": {**others.get("mcp_servers", {}), "ours": ENTRY, "two": ENTRY}}


def test_a_removed_table_leaves_the_comments_of_the_next_one() -> None:
    text = toml_file.without_member(TOML, ["mcp_servers", "ours"])
    assert tomllib.loads(text)["mcp_servers"] == {"other": {"command": "x"}}
    assert "# about the profile\n" in text


def test_values_of_every_kind_a_host_keeps_survive() -> None:
    entry = {"s": 'é"\\\n', "i": 20, "f": 1.5, "t": True, "l": [1, "two"], "deep": {"er": {"k": "v"}}, "empty": {}}
    assert tomllib.loads(toml_file.with_member("", ["a", "b c"], entry)) == {"a": {"b c": entry}}


def test_a_member_of_yaml_is_changed_and_comments_and_quotes_stay() -> None:
    text = yaml_file.with_member(YAML, ["extensions", "ours"], {"cmd": "/uv", "args": ["a: b", "yes"], "timeout": 300})
    assert text.startswith(YAML.partition("    cmd: old")[0])
    assert yaml_file.parse(text)["extensions"]["ours"] == {"cmd": "/uv", "args": ["a: b", "yes"], "timeout": 300}


def test_an_empty_yaml_file_gets_its_first_member() -> None:
    assert yaml_file.with_member("", ["extensions", "ours"], {"cmd": "/uv"}) == "extensions:\n  ours:\n    cmd: /uv\n"


def test_a_change_that_would_lose_a_comment_of_yaml_is_refused() -> None:
    text = "extensions:\n  ours:\n    cmd: old\n    envs:\n      A: b\n  # about the next\n  next: 1\n"
    with pytest.raises(ValueError, match="about the next"):
        yaml_file.with_member(text, ["extensions", "ours"], {"cmd": "/uv"})


@pytest.mark.parametrize("text", ["a: [", "- a\n", "a: 1\na: 2\n"])
def test_yaml_that_is_not_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        yaml_file.parse(text)
