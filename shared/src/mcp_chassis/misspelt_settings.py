"""Detection of variables that are not settings of a server, but similar to their names."""

import logging
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcp_chassis.environment import BadSettings, Environment

logger = logging.getLogger(__name__)

CORE_PREFIX = "MCP_"
SAFETY = re.compile(r"READ_ONLY|ALLOW|LOCKDOWN|POLICY|FLOW|RAW_TEXT|WRITABLE|WRITE_CHANNELS")
"""Parts of the names of settings whose misspelling would leave a server less restricted than intended."""
MIN_PREFIX_CHARS = 6
MIN_CHARS_FOR_TWO_EDITS = 8


class Misspelt(NamedTuple):
    """A variable that is not a setting, and the setting that it is similar to."""

    name: str
    meant: str

    @property
    def concerns_safety(self) -> bool:
        return bool(SAFETY.search(self.meant))

    def __str__(self) -> str:
        return f"{self.name}: there is no such setting; did you mean {self.meant}?"


def check_spelling(environment: Environment, settings: Iterable[str], prefix: str) -> None:
    """Log variables whose names are similar to settings of a server.

    Raises:
        BadSettings: naming those that are similar to a setting that restricts the server.
    """
    set_names = [name for name, value in environment.items() if value.strip()]
    found = list(misspelt(set_names, settings, prefix))
    for each in found:
        if not each.concerns_safety:
            logger.warning("%s", each)
    if problems := [str(each) for each in found if each.concerns_safety]:
        raise BadSettings(problems)


def misspelt(names: Iterable[str], settings: Iterable[str], prefix: str) -> Iterator[Misspelt]:
    """Yield the variables with a server's prefix whose names are similar to its settings.

    Args:
        names: names of the variables that are set.
        settings: names of all settings.
        prefix: such as `GITHUB_`; of settings with another prefix only those that restrict the server are compared.
    """
    known = set(settings)
    for name in sorted(set(names) - known):
        if name.removesuffix("_FILE") in known or name.removesuffix("_COMMAND") in known:
            continue
        for setting in sorted(known):
            own = setting.startswith(prefix) or (setting.startswith(CORE_PREFIX) and SAFETY.search(setting))
            if own and _is_near(name, setting, prefix if setting.startswith(prefix) else CORE_PREFIX):
                yield Misspelt(name, setting)
                break


def _is_near(name: str, setting: str, prefix: str) -> bool:
    if not name.startswith(prefix):
        return False
    given, meant = (text.removeprefix(prefix).replace("_", "") for text in (name, setting))
    if given == meant or (len(meant) >= MIN_PREFIX_CHARS and given.startswith(meant)):
        return True
    if SAFETY.search(setting) and len(given) >= MIN_PREFIX_CHARS and meant.startswith(given):
        return True
    allowed = 2 if len(meant) >= MIN_CHARS_FOR_TWO_EDITS else 1
    return len(meant) >= MIN_PREFIX_CHARS - 2 and _edits(given, meant, allowed) <= allowed


def _edits(given: str, meant: str, most: int) -> int:
    """The edit distance with swaps of neighbours (optimal string alignment); `most` + 1 if it is certainly larger."""
    if abs(len(given) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for index, letter in enumerate(given, start=1):
        earlier, before, row = before, row, [index]
        for place, other in enumerate(meant, start=1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other))
            if place > 1 and earlier and letter == meant[place - 2] and given[index - 2] == other:
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
    return row[-1]
