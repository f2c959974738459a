"""API keys: what stands in a file, what is refused in it, and what each may do."""

import pytest
from mcp_chassis.remote.auth.api_keys import ApiKey, ApiKeyStore, name_of, new_secret, parse
from mcp_chassis.remote.auth.scopes import Scopes, known

SECRET = "tr_an-example-of-a-key-for-these-tests-only"


def test_a_new_key_has_256_random_bits_and_no_two_are_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(key) for key in made} == {46}


def test_a_line_contains_the_name_the_digest_and_the_scopes_but_not_the_key() -> None:
    key = ApiKey.of("ci", SECRET, ["read", "github:write"])
    assert parse(key.line()).keys == (key,)
    assert SECRET not in key.line()


def test_both_forms_blank_lines_and_comments_are_read() -> None:
    text = f"# ours\n\n{ApiKey.of('ci', SECRET, ['read']).line()}\nold-key=read,write\n  another = tools\n"
    parsed = parse(text)
    assert [(key.name, sorted(key.scopes)) for key in parsed.keys] == [
        ("ci", ["read"]),
        (name_of("old-key"), ["read", "write"]),
        (name_of("another"), ["tools"]),
    ]
    assert (parsed.in_clear, parsed.problems) == (2, ())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ci sha256:abc read", "line 1: must be"),
        (f"ci md5:{'0' * 64} read", "line 1: must be"),
        (f"ci sha256:{'0' * 64}", "line 1: must be"),
        (f"ci sha256:{'0' * 64} reed", "line 1: there is no scope called reed"),
        (f"ci sha256:{'0' * 64} ,", "line 1: names no scope"),
        ("key=", "line 1: must be"),
        ("key=all", "line 1: there is no scope called all"),
        ("just-a-key", "line 1: must be"),
        ("key=github:destructve", "line 1: there is no scope called github:destructve"),
        ("ci=tr_just-a-key-in-the-wrong-place", "line 1: there is no scope of that name"),
        ("ci=justakeyjustakeyjusta", "line 1: there is no scope of that name"),
        ("ci=Just-a-Key", "line 1: there is no scope of that name"),
    ],
)
def test_the_error_for_an_invalid_line_has_its_number_and_not_its_content(line: str, told: str) -> None:
    parsed = parse(line)
    assert parsed.keys == ()
    assert parsed.problems[0].startswith(told)
    assert "just" not in parsed.problems[0].lower()


def test_plain_text_keys_can_be_refused() -> None:
    parsed = parse("old-key=read", hashed_only=True)
    assert parsed.keys == ()
    assert "toolroll keys hash" in parsed.problems[0]


def test_a_refused_plain_text_key_does_not_affect_others() -> None:
    key = ApiKey.of("ci", SECRET, ["read"])
    parsed = parse(f"old-key=read\n{key.line()}", hashed_only=True)
    assert (parsed.keys, parsed.in_clear, len(parsed.problems)) == ((key,), 0, 1)


def test_two_keys_of_one_name_are_refused_because_they_would_share_a_principal() -> None:
    line = ApiKey.of("ci", SECRET, ["read"]).line()
    assert parse(f"{line}\n{line}").problems == ("two keys are called ci",)


def test_the_single_key_has_tools_resources_and_prompts_but_not_admin() -> None:
    found = ApiKeyStore(SECRET).find(SECRET)
    assert found is not None
    assert found.scopes == {"tools", "resources", "prompts"}


@pytest.mark.parametrize("presented", ["", SECRET[:-1], SECRET + "x", SECRET.upper(), SECRET + " ", "\0" + SECRET])
def test_only_the_exact_key_is_accepted(presented: str) -> None:
    assert ApiKeyStore(SECRET).find(presented) is None


def test_without_keys_every_key_is_refused() -> None:
    assert ApiKeyStore().find("") is None


GRANTS = {
    "read": {"read"},
    "write": {"write"},
    "destructive": {"destructive"},
    "tools": {"read", "write", "destructive"},
    "resources": {"resources"},
    "prompts": {"prompts"},
    "admin": {"admin"},
    "*": {"read", "write", "destructive", "resources", "prompts", "admin"},
    "github:read": {"read"},
    "github:tools": {"read", "write", "destructive"},
    "github:*": {"read", "write", "destructive", "resources", "prompts", "admin"},
    "mcp:read": {"read"},
    "mcp:write": {"write"},
    "slack:read": set(),
    "slack:*": set(),
    "github:tool:create_issue": set(),
    "READ": set(),
    "read ": set(),
    "readx": set(),
    "github": set(),
    "github:": set(),
    "": set(),
}


@pytest.mark.parametrize("granted", GRANTS)
def test_a_scope_grants_exactly_its_permissions(granted: str) -> None:
    everything = ["read", "write", "destructive", "resources", "prompts", "admin"]
    scopes = Scopes("github")
    assert {needed for needed in everything if scopes.allow([granted], needed)} == GRANTS[granted]


def test_a_tools_own_scope_gives_that_tool_on_that_server_alone() -> None:
    github, slack = Scopes("github"), Scopes("slack")
    granted = ["github:tool:create_issue"]
    assert github.allow(granted, "write", "create_issue")
    assert github.allow(granted, "admin", "create_issue")
    assert not github.allow(granted, "write", "update_issue")
    assert not slack.allow(granted, "write", "create_issue")


def test_malformed_scopes_are_recognised() -> None:
    assert [scope for scope in GRANTS if not known(scope)] == ["READ", "read ", "readx", "github", "github:", ""]
    assert not known("mcp:github:read")


def test_a_plain_text_key_keeps_its_name_when_its_line_moves() -> None:
    before = parse("first-key=read\nsecond-key=read\n").keys
    after = parse("# a comment\nsecond-key=read\nthird-key=read\n").keys
    assert before[1].name == after[0].name
    assert {key.name for key in before} & {key.name for key in after} == {before[1].name}


def test_the_key_of_the_environment_has_a_name_that_no_key_of_a_file_can_have() -> None:
    single = ApiKeyStore("tr_single").find("tr_single")
    assert single is not None
    assert parse(f"{single.name} sha256:{'0' * 64} read").keys == ()
    assert single.name != f"#{name_of('tr_another')}"
