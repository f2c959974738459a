"""A bridge held against the API as it lives: every read that needs no argument is made once."""

from typing import Any, cast

from mcp_chassis.failures import Failure
from mcp_chassis.results import Page, TextPage

from rest_mcp.bridge import Bridge, ToolPart
from rest_mcp.connecting import connected
from rest_mcp.route import Route
from rest_mcp.settings import RestSettings


async def tried(bridge: Bridge, settings: RestSettings) -> tuple[list[str], list[str]]:
    """What worked, and what did not; one line for each tool that could be tried."""
    good: list[str] = []
    bad: list[str] = []
    async with connected(bridge, settings) as apis:
        for part in bridge.tools:
            if not isinstance(part, ToolPart) or not part.reads or any(each.needed for each in part.offered.values()):
                continue
            name = bridge.api_of(part)
            try:
                found = await Route(part, name, bridge.apis[name]).tool(apis, {})
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
    absent = [path for path in part.keep if all(path.split(".")[0] not in item for item in objects)]
    return f"no answer has {', '.join(absent)}" if objects and absent else ""
