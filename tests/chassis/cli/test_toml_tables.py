"""Setting one table of a TOML file: it is set, and every other line stays."""

import tomllib

import pytest
from mcp_chassis.cli.toml_tables import dump, with_table

ENTRY = {"command": "/uv", "args": ["run", 'a "b"'], "env": {"TOKEN": "", "a b": "x\ny"}}
FILE = """\
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


def test_a_new_table_comes_last() -> None:
    text = with_table(FILE, "mcp_servers", "new", ENTRY)
    assert text.startswith(FILE)
    assert tomllib.loads(text)["mcp_servers"]["new"] == ENTRY


def test_a_table_that_is_there_is_set_anew_with_its_inner_tables_and_every_other_line_stays() -> None:
    text = with_table(FILE, "mcp_servers", "ours", ENTRY)
    assert tomllib.loads(text)["mcp_servers"] == {"other": {"command": "x"}, "ours": ENTRY}
    kept = [line for line in FILE.splitlines() if line not in {'[mcp_servers."ours"]', "[mcp_servers.ours.env]"}]
    missing = [line for line in kept if line not in text.splitlines()]
    assert missing == ['command = "old"', "args = []", 'TOKEN = "filled in"']


def test_an_empty_file_gets_its_first_table() -> None:
    assert with_table("", "mcp_servers", "ours", {"command": "x"}) == '[mcp_servers.ours]\ncommand = "x"\n'
    assert with_table("a = 1", "t", "n", {"b": 2}) == "a = 1\n\n[t.n]\nb = 2\n"


def test_values_of_every_kind_a_host_keeps_survive() -> None:
    entry = {"s": 'é"\\\n', "i": 20, "f": 1.5, "t": True, "l": [1, "two"], "deep": {"er": {"k": "v"}}, "empty": {}}
    assert tomllib.loads(dump(entry, ["a", "b c"])) == {"a": {"b c": entry}}


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = { ours = { command = "x" } }\n',
        '[mcp_servers]\nours = { command = "x" }\n',
        '[mcp_servers]\nours.command = "x"\n',
        'text = """\n[mcp_servers.ours]\n"""\n',
        "not toml",
        "[mcp_servers\n",
    ],
)
def test_what_cannot_be_changed_line_by_line_is_not_touched(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        with_table(text, "mcp_servers", "ours", ENTRY)


def test_what_toml_knows_and_we_do_not_is_not_touched() -> None:
    with pytest.raises(ValueError, match="datetime"):
        dump(tomllib.loads("a = 2026-01-01T00:00:00Z"), ["t"])
