"""Trial of a bridge on the live API: one call of each read that is marked as safe and needs no argument."""

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
    """The tools that are not called on the live API, by name."""
    return [part.name for part in bridge.tools if isinstance(part, ToolPart) and not can_be_tried(part)]


async def tried(bridge: Bridge, settings: RestSettings) -> tuple[list[str], list[str]]:
    """The tools that answered as the bridge says and those that did not; one line for each that could be tried."""
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
            missing = _missing(part, found)
            (bad if missing else good).append(f"{part.name}: {missing or 'answers as the bridge says'}")
    return good, bad


def _missing(part: ToolPart, found: Any) -> str:
    """The kept fields that no live answer has."""
    if isinstance(found, TextPage):
        return ""
    told = found.model_dump(by_alias=True, exclude_unset=True)
    items: list[Any] = told["items"] if isinstance(found, Page) else [told]
    objects = [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
    absent = [path for path in part.keep if all(steps_of(path)[0] not in item for item in objects)]
    return f"no answer has {', '.join(absent)}" if objects and absent else ""
