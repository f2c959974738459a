"""The policy file: rules over tool calls, of which the first that matches applies.

[[rule]]
tool = "update_issue"              # a glob; `github-mcp/update_*` for one server's
arguments = { owner = "acme" }     # case-insensitive globs; all must match
principal = "*"                    # the caller; `local` over stdio
then = "deny"                      # allow, ask or deny
"""

import dataclasses
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from mcp_chassis.environment import UTF8_OR_BOM
from mcp_chassis.settings import BadSettings

Verdict = Literal["allow", "ask", "deny"]
VARIABLE = "MCP_POLICY_FILE"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as it is written in the file."""

    tool: str
    then: Verdict
    arguments: dict[str, str] = {}
    principal: str = "*"


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule; `number` is its position in the file, from 1."""

    number: int
    tool: str
    then: Verdict
    arguments: Mapping[str, str]
    principal: str = "*"

    def names(self, server: str, tool: str) -> bool:
        """Whether the rule applies to this tool of this server, without regard to arguments."""
        return fnmatchcase(f"{server}/{tool}" if "/" in self.tool else tool, self.tool)

    def matches(self, server: str, tool: str, arguments: Mapping[str, Any], principal: str) -> bool:
        """Whether the rule applies to a call: its tool, principal and arguments match."""
        return (
            self.names(server, tool)
            and fnmatchcase(principal.casefold(), self.principal.casefold())
            and all(self._argument_matches(arguments.get(name), glob) for name, glob in self.arguments.items())
        )

    def _argument_matches(self, value: Any, glob: str) -> bool:
        """Whether an argument matches. Of a list, all items must match to allow a call, any item to ask or deny."""
        values: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
        found = [each is not None and fnmatchcase(_text(each).casefold(), glob.casefold()) for each in values]
        return (all(found) and bool(found)) if self.then == "allow" else any(found)


@dataclasses.dataclass(frozen=True)
class CallPolicy:
    """The rules of one server, in the order of the file."""

    server: str
    rules: Sequence[Rule] = ()

    def verdict(self, tool: str, arguments: Mapping[str, Any], principal: str) -> tuple[Verdict, Rule | None]:
        """The verdict on a call, and the rule it comes from; without a matching rule the call is allowed."""
        for rule in self.rules:
            if rule.matches(self.server, tool, arguments, principal):
                return rule.then, rule
        return "allow", None

    def table(self, tools: Iterable[str]) -> list[str]:
        """The effective rules, one a line: number, verdict, tools, conditions."""
        names = list(tools)
        lines: list[str] = []
        for rule in self.rules:
            about = ", ".join(name for name in names if rule.names(self.server, name))
            conditions = [f"{name}={glob}" for name, glob in rule.arguments.items()]
            conditions += [f"principal={rule.principal}"] if rule.principal != "*" else []
            lines.append(f"{rule.number}. {rule.then:<5} {about} {' '.join(conditions)}".rstrip())
        return [*lines, "otherwise allow"] if lines else []


def read_policy(path: str, server: str, parameters: Mapping[str, Iterable[str]]) -> CallPolicy:
    """The rules of a policy file that concern a server.

    Args:
        parameters: names of the parameters of each of its tools, whether offered or not.

    Raises:
        BadSettings: naming each rule that is malformed, or that names a tool or an argument that does not exist.
    """
    try:
        written = tomllib.loads(Path(path).read_text(encoding=UTF8_OR_BOM))
    except (OSError, ValueError) as exc:
        raise BadSettings([f"{VARIABLE}: the file cannot be read as TOML"]) from exc
    problems = [f"{VARIABLE}: {key} is not known; write rules as [[rule]]" for key in written if key != "rule"]
    entries: Any = written.get("rule", [])
    rules: list[Rule] = []
    for number, entry in enumerate(cast("list[Any]", entries) if isinstance(entries, list) else [entries], start=1):
        try:
            if (rule := _rule(number, entry, server, parameters)) is not None:
                rules.append(rule)
        except ValueError as exc:
            problems.append(f"{VARIABLE}: rule {number}: {exc}")
    if problems:
        raise BadSettings(problems)
    return CallPolicy(server, rules)


def _rule(number: int, entry: object, server: str, parameters: Mapping[str, Iterable[str]]) -> Rule | None:
    """The rule of one entry; None if it is for another server."""
    written = msgspec.convert(entry, _Entry)
    rule = Rule(number, written.tool, written.then, written.arguments, written.principal)
    if "/" in rule.tool and not fnmatchcase(server, rule.tool.partition("/")[0]):
        return None
    about = [tool for tool in parameters if rule.names(server, tool)]
    if not about:
        raise ValueError(f"{server} has no tool {rule.tool}; write SERVER/TOOL for a tool of another server")
    known = {name for tool in about for name in parameters[tool]}
    if strange := sorted(set(rule.arguments) - known):
        raise ValueError(f"{rule.tool} has no argument {', '.join(strange)}")
    return rule


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
