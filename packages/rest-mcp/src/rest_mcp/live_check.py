"""Check of a bridge file against the live API: calls each reading tool that is marked safe and needs no argument."""

from collections.abc import Mapping
from typing import Any, cast

from mcp_chassis.failures import Failure
from mcp_chassis.results import Page, TextPage

from rest_mcp.bridge import Bridge, ToolPart
from rest_mcp.connection import connected
from rest_mcp.endpoint import Endpoint
from rest_mcp.names import steps_of
from rest_mcp.settings import RestSettings


def can_be_tried(part: ToolPart) -> bool:
    """Whether a tool reads, needs no argument and is marked as safe to call."""
    return part.safe and part.reads and not any(each.needed for each in part.offered.values())


def not_tried(bridge: Bridge) -> list[str]:
    """The names of the tools that `tried` does not call, each with the reason."""
    parts = [part for part in bridge.tools if isinstance(part, ToolPart) and not can_be_tried(part)]
    return [f"{part.name} ({_reason(part)})" for part in parts]


def _reason(part: ToolPart) -> str:
    if not part.reads:
        return "it writes"
    needed = [name for name, each in part.offered.items() if each.needed]
    return f"it needs {', '.join(needed)}" if needed else "it is not marked safe = true"


async def tried(
    bridge: Bridge, settings: RestSettings, optional: Mapping[str, set[str]]
) -> tuple[list[str], list[str]]:
    """Call each tool that can be tried; return one line for each that passed, and one for each that did not.

    Args:
        optional: by tool, the kept fields that a response may omit.
    """
    good: list[str] = []
    bad: list[str] = []
    async with connected(bridge, settings) as apis:
        for part in bridge.tools:
            if not isinstance(part, ToolPart) or not can_be_tried(part):
                continue
            name = bridge.api_of(part)
            try:
                found = await Endpoint(part, name, bridge.apis[name]).tool(apis, {})
            except Failure as failure:
                bad.append(f"{part.name}: {failure.message}")
                continue
            absent = _absent(part, found)
            wrong = [field for field in absent if field not in optional.get(part.name, ())]
            without = f", without {', '.join(absent)}, which may be left out" if absent else ""
            told = f"no answer has {', '.join(wrong)}" if wrong else f"answers as the bridge says{without}"
            (bad if wrong else good).append(f"{part.name}: {told}")
    return good, bad


def _absent(part: ToolPart, found: Any) -> list[str]:
    """The kept fields that no object of the response has; empty for a text and for an empty list."""
    if isinstance(found, TextPage):
        return []
    told = found.model_dump(by_alias=True, exclude_unset=True)
    items: list[Any] = told["items"] if isinstance(found, Page) else [told]
    objects = [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
    absent = [path for path in part.keep if all(steps_of(path)[0] not in item for item in objects)]
    return absent if objects else []
