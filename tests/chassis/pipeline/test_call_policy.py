"""Rules of the policy file: which calls each one matches, the table of them, and the errors of a wrong file."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.pipeline.call_policy import CallPolicy, Rule, read_policy
from mcp_chassis.settings import BadSettings

TOOLS = {"update_issue": ("owner", "labels", "number"), "update_label": ("owner",), "list_issues": ("owner",)}


def rule(tool: str, then: Any = "deny", principal: str = "*", **arguments: str) -> Rule:
    return Rule(1, tool, then, arguments, principal)


@pytest.mark.parametrize(
    ("tested", "arguments", "principal", "expected"),
    [
        (rule("update_issue"), {}, "local", True),
        (rule("update_*"), {}, "local", True),
        (rule("Update_issue"), {}, "local", False),
        (rule("github-mcp/update_*"), {}, "local", True),
        (rule("slack-mcp/update_*"), {}, "local", False),
        (rule("*/update_*"), {}, "local", True),
        (rule("update_issue", principal="Ann@*"), {}, "ann@a.example", True),
        (rule("update_issue", principal="ann@*"), {}, "ANN@a.example", True),
        (rule("update_issue", principal="ann@*"), {}, "bea@a.example", False),
        (rule("update_issue", owner="ACME*"), {"owner": "acme-labs"}, "local", True),
        (rule("update_issue", owner="acme"), {"owner": "Acme"}, "local", True),
        (rule("update_issue", owner="acme"), {"owner": "other"}, "local", False),
        (rule("update_issue", owner="*"), {"owner": None}, "local", False),
        (rule("update_issue", owner="*"), {}, "local", False),
        (rule("update_issue", number="7"), {"number": 7}, "local", True),
        (rule("update_issue", number="7*"), {"number": 70}, "local", True),
        (rule("update_issue", number="true"), {"number": True}, "local", True),
        (rule("update_issue", owner="a", number="1"), {"owner": "a", "number": 2}, "local", False),
        (rule("update_issue", labels="b*"), {"labels": ["a", "bug"]}, "local", True),
        (rule("update_issue", "ask", labels="b*"), {"labels": ["a", "bug"]}, "local", True),
        (rule("update_issue", "allow", labels="b*"), {"labels": ["a", "bug"]}, "local", False),
        (rule("update_issue", "allow", labels="b*"), {"labels": ["bad", "bug"]}, "local", True),
        (rule("update_issue", "allow", labels="*"), {"labels": []}, "local", False),
        (rule("update_issue", labels="*"), {"labels": []}, "local", False),
        (rule("update_issue", labels='{"a": "\u00e9"}'), {"labels": [{"a": "\u00c9"}]}, "local", True),
    ],
)
def test_a_rule_matches_a_call_by_tool_principal_and_arguments(
    tested: Rule, arguments: dict[str, Any], principal: str, expected: bool
):
    assert tested.matches("github-mcp", "update_issue", arguments, principal) is expected
    assert not tested.matches("github-mcp", "list_issues", arguments, principal)


def test_the_first_rule_that_matches_decides_and_without_one_a_call_is_allowed():
    rules = [
        Rule(1, "update_*", "ask", {"owner": "acme"}),
        Rule(2, "update_issue", "deny", {}),
        Rule(3, "*", "ask", {}),
    ]
    policy = CallPolicy("github-mcp", rules)
    assert policy.verdict("update_issue", {"owner": "acme"}, "local") == ("ask", rules[0])
    assert policy.verdict("update_issue", {"owner": "other"}, "local") == ("deny", rules[1])
    assert policy.verdict("list_issues", {}, "local") == ("ask", rules[2])
    assert CallPolicy("github-mcp").verdict("list_issues", {}, "local") == ("allow", None)


def read(tmp_path: Path, text: str) -> CallPolicy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return read_policy(str(path), "github-mcp", TOOLS)


def test_the_table_has_a_line_for_each_rule_of_this_server(tmp_path: Path):
    policy = read(
        tmp_path,
        """
        [[rule]]
        tool = "update_*"
        arguments = { owner = "acme" }
        principal = "ann"
        then = "deny"
        [[rule]]
        tool = "slack-mcp/post"
        then = "ask"
        [[rule]]
        tool = "github-mcp/list_issues"
        then = "ask"
        """,
    )
    assert policy.table(TOOLS) == [
        "1. deny  update_issue, update_label owner=acme principal=ann",
        "3. ask   list_issues",
        "otherwise allow",
    ]
    assert policy.table(["list_issues"])[0] == "1. deny   owner=acme principal=ann"
    assert CallPolicy("github-mcp").table(TOOLS) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[[rule]", ["the file cannot be read as TOML"]),
        ("other = 1\nrule = []", ["other is not known; write rules as [[rule]]"]),
        (
            '[[rule]]\ntool = "no_such"\nthen = "ask"',
            ["rule 1: github-mcp has no tool no_such; write SERVER/TOOL for a tool of another server"],
        ),
        (
            '[[rule]]\ntool = "update_issue"\nthen = "deny"\narguments = { repo = "a", branch = "b", owner = "c" }',
            ["rule 1: update_issue has no argument branch, repo"],
        ),
        (
            '[[rule]]\ntool = "list_issues"\nthen = "ask"\n[[rule]]\ntool = "list_issues"\nthen = "forbid"',
            ["rule 2: Invalid enum value 'forbid' - at `$.then`"],
        ),
        ('[rule]\ntool = "list_issues"', ["rule 1: Object missing required field `then`"]),
    ],
)
def test_each_wrong_rule_of_a_file_is_named(tmp_path: Path, text: str, problems: list[str]):
    with pytest.raises(BadSettings) as refused:
        read(tmp_path, text)
    assert refused.value.problems == [f"MCP_POLICY_FILE: {problem}" for problem in problems]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path):
    path = tmp_path / "policy.toml"
    path.write_text('[[rule]]\ntool = "list_issues"\nthen = "deny"\n', encoding="utf-8-sig")
    assert read_policy(str(path), "github-mcp", TOOLS).verdict("list_issues", {}, "local")[0] == "deny"


def test_a_file_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(BadSettings, match="MCP_POLICY_FILE: the file cannot be read as TOML"):
        read_policy(str(tmp_path / "none"), "github-mcp", TOOLS)
