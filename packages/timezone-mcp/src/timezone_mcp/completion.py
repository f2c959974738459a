"""Completion of zone names: of whole names, or of one part in a URI template."""

from collections.abc import Mapping, Sequence

from mcp_chassis.tools import Completer

from timezone_mcp import tzdb
from timezone_mcp.timekeeper import Timekeeper


def part(of: Sequence[str], variable: str) -> Completer:
    """Completer of one part of a zone name, among the names that match the other parts chosen so far."""
    place = of.index(variable)

    async def complete(keeper: Timekeeper, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
        named = (name.split("/") for name in tzdb.names() if name.count("/") == len(of) - 1)
        others = [(n, chosen[other].lower()) for n, other in enumerate(of) if n != place and chosen.get(other)]
        fitting = {parts[place] for parts in named if all(parts[n].lower() == value for n, value in others)}
        return sorted(value for value in fitting if _begins(value, prefix))

    return complete


def parts(*of: str) -> Mapping[str, Completer]:
    """Completers for every part of a zone name, by the name of the part: `parts("area", "city")`."""
    return {variable: part(of, variable) for variable in of}


async def whole(keeper: Timekeeper, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Complete whole zone names: first those that begin with `prefix`, then those whose city does."""
    names = sorted(tzdb.country_codes())
    by_city = [name for name in names if _begins(name.rpartition("/")[2], prefix)]
    return list(dict.fromkeys([*(name for name in names if _begins(name, prefix)), *by_city]))


def _begins(value: str, prefix: str) -> bool:
    return value.lower().startswith(prefix.strip().replace(" ", "_").lower())
