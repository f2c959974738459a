"""Writes that replace a text whose hidden parts were left out when it was read."""

from collections.abc import Sequence
from typing import Literal

from mcp_chassis.failures import Conflict
from mcp_chassis.output.markup.edits import described
from mcp_chassis.output.markup.restore import with_hidden_parts
from mcp_chassis.output.markup.visible import visible_markdown
from mcp_chassis.output.text_rules import shows_raw_text

HiddenParts = Literal["keep", "drop"]


def replacement(present: str, new: str, hidden: HiddenParts | None, own_hosts: Sequence[str] = ()) -> str:
    """The text to write in place of `present`: `new`, with the hidden parts of `present` put back if they are kept.

    Raises:
        Conflict: when `present` has hidden parts, and `hidden` does not say whether to keep them.
    """
    if new == present or hidden == "drop" or shows_raw_text():
        return new
    unified = "\r\n" not in new
    shown = visible_markdown(present.replace("\r\n", "\n") if unified else present, own_hosts)
    if not shown.edits:
        return new
    if hidden is None:
        raise Conflict(
            f"The text to be replaced has hidden parts that reading it left out: {described(shown.kinds)}.",
            remedy="Nothing was changed. Send hidden=keep to keep them, or hidden=drop to delete them.",
        )
    return with_hidden_parts(shown, new)
