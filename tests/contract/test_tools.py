"""What a model sees of a tool: its name, its sentence, its hints, and how many there are."""

import re
from typing import Any

from mcp_chassis.pipeline.bound_function import BoundFunction
from mcp_chassis.server import Server
from mcp_chassis.tools import ToolDefinition
from mcp_types import Tool
from offers import Offer

Tools = list[tuple[str, Tool]]

FEWEST, MOST = 5, 10
LONGEST_DESCRIPTION = 300
NAME = re.compile(r"[a-z]+(_[a-z]+)*")
VERB = re.compile(
    r"add|analyze|append|archive|calculate|cancel|check|close|compare|convert|count|create|delete|describe|"
    r"edit|explain|execute|export|find|get|insert|invite|join|kick|list|lock|look|mark|merge|move|open|organize|pin|post|"
    r"preview|profile|query|react|read|remove|rename|reply|reserve|resolve|run|sample|schedule|search|send|set|share|"
    r"star|start|stop|summarize|test|time|unlock|update|upload|validate|watch|write"
)
KNOWN_BY_NAME = {"top_queries"}
"""What database people have called it for years says more than a verb would."""
SHOUTED = re.compile(r"\b(MUST|CRITICAL|IMPORTANT|ALWAYS|NEVER|WARNING)\b")
SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z]|$)")


async def test_every_configuration_of_a_product_server_offers_five_to_ten_tools(offers: list[Offer]) -> None:
    product = [offer for offer in offers if not offer.server.draft]
    assert [f"{offer}: {len(offer.tools)}" for offer in product if not FEWEST <= len(offer.tools) <= MOST] == []


async def test_every_tool_is_called_by_a_verb_and_a_noun(tools: Tools) -> None:
    odd = [f"{server}: {tool.name}" for server, tool in tools if not NAME.fullmatch(tool.name)]
    others = [(server, tool.name) for server, tool in tools if tool.name not in KNOWN_BY_NAME]
    no_verb = [f"{server}: {name}" for server, name in others if not VERB.fullmatch(name.split("_")[0])]
    assert odd + no_verb == [], f"a name begins with one of {VERB.pattern}; add a verb that is missing to VERB"


async def test_every_tool_says_in_one_or_two_calm_sentences_what_it_is_for(tools: Tools) -> None:
    offenders = [f"{server}: {tool.name}: {tool.description}" for server, tool in tools if not _calm(tool.description)]
    assert offenders == []


async def test_every_tool_says_what_it_does_to_the_world(tools: Tools) -> None:
    silent = [f"{server}: {tool.name}" for server, tool in tools if not tool.title or None in _hints(tool)]
    assert silent == []


async def test_no_tool_reads_only_and_destroys(tools: Tools) -> None:
    hints = [(f"{server}: {tool.name}", tool.annotations) for server, tool in tools]
    assert [name for name, hint in hints if hint and hint.read_only_hint and hint.destructive_hint] == []


async def test_a_read_only_server_offers_no_tool_that_writes(offers: list[Offer]) -> None:
    read_only = [offer for offer in offers if any(name.endswith("READ_ONLY") for name in offer.environment)]
    writing = [
        f"{offer}: {tool.name}"
        for offer in read_only
        if "true" in offer.environment.values()
        for tool in offer.tools
        if not (tool.annotations and tool.annotations.read_only_hint)
    ]
    assert read_only
    assert writing == []


def _calm(description: str | None) -> bool:
    text = description or ""
    sentences = len(SENTENCE_END.findall(text))
    return (
        text.endswith((".", "?"))
        and 1 <= sentences <= 2
        and len(text) <= LONGEST_DESCRIPTION
        and not SHOUTED.search(text)
    )


def _hints(tool: Tool) -> list[bool | None]:
    hints = tool.annotations
    if hints is None:
        return [None]
    return [hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint]


def test_a_write_outdates_tools_of_its_server_whose_results_are_cached(found: dict[str, Server[Any]]) -> None:
    definitions = {
        name: {tool.__name__: BoundFunction(tool, ToolDefinition).definition for tool in server.every_tool}
        for name, server in found.items()
    }
    offenders = [
        f"{name}: {tool} outdates {outdated}"
        for name, tools in definitions.items()
        for tool, definition in tools.items()
        for outdated in definition.invalidates
        if outdated not in tools or tools[outdated].cache is None
    ]
    assert offenders == []


async def test_every_profile_has_five_to_ten_tools_of_its_server(found: dict[str, Server[Any]]) -> None:
    offenders = [
        f"{server_name}: @{name}"
        for server_name, server in found.items()
        for name, tools in server.profiles.items()
        if not re.fullmatch("[a-z]+", name)
        or not FEWEST <= len(set(tools)) == len(tools) <= MOST
        or not set(tools) <= set(server.every_tool)
    ]
    assert offenders == []
