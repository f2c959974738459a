"""Access rules of this server: allow-lists of channels, and direct messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from mcp_chassis.failures import PermissionDenied

from slack_mcp.references import folded

Kind = Literal["channel", "dm", "group_dm"]

_OUTSIDE = "Choose another channel; only the person who runs the server can change the list."


@dataclass(frozen=True, slots=True)
class Channel:
    """One conversation.

    `external`: people of other organisations read along; `person`: user id of whom a direct message is with.
    """

    id: str
    name: str
    kind: Kind = "channel"
    private: bool = False
    member: bool = False
    archived: bool = False
    members: int | None = None
    topic: str = ""
    purpose: str = ""
    external: bool = False
    person: str = ""


class Access:
    """The rules of the person who runs the server.

    Args:
        allowed, writable: names, globs of names, or ids; empty means every channel.
        dms: direct messages are open, whatever the lists say.
    """

    def __init__(self, allowed: Sequence[str], writable: Sequence[str], *, dms: bool) -> None:
        self.dms = dms
        self._allowed = tuple(allowed)
        self._writable = tuple(writable)

    @property
    def everything(self) -> bool:
        """Nothing is closed, so that a channel need not be known to be used."""
        return self.dms and not self._allowed and not self._writable

    @property
    def every_channel(self) -> bool:
        return not self._allowed

    @property
    def exact_names(self) -> tuple[str, ...]:
        """The readable channels by name, where the list holds names alone; else nothing."""
        plain = all(not _is_id(pattern) and not set(pattern) & set("*?[]") for pattern in self._allowed)
        return self._allowed if plain else ()

    def readable(self, channel: Channel) -> bool:
        return self.dms if channel.kind != "channel" else _listed(channel, self._allowed)

    def check(self, channel: Channel, *, write: bool) -> None:
        """Refuse what is closed.

        Raises:
            PermissionDenied: naming the setting that closes it.
        """
        if channel.kind != "channel":
            self.check_dms()
        elif not _listed(channel, self._allowed):
            raise PermissionDenied("This channel is outside SLACK_ALLOWED_CHANNELS.", remedy=_OUTSIDE)
        elif write and not _listed(channel, self._writable):
            raise PermissionDenied(
                "This channel is outside SLACK_WRITE_CHANNELS: it can only be read.", remedy=_OUTSIDE
            )

    def check_dms(self) -> None:
        if not self.dms:
            raise PermissionDenied(
                "Direct messages are closed on this server: SLACK_ALLOW_DMS is not set.",
                remedy="Use a channel; only the person who runs the server can open them.",
            )

    def check_name(self, name: str, *, write: bool) -> None:
        """Refuse a name before anything is asked of Slack, unless the lists hold ids, which a name may stand for."""
        lists = (self._allowed, self._writable if write else ())
        if not any(_is_id(pattern) for patterns in lists for pattern in patterns):
            self.check(Channel("", name), write=write)


def _listed(channel: Channel, patterns: Sequence[str]) -> bool:
    name = folded(channel.name)
    return not patterns or any(
        channel.id == pattern or bool(name and fnmatchcase(name, folded(pattern))) for pattern in patterns
    )


def _is_id(pattern: str) -> bool:
    return pattern[:1] in {"C", "G"} and pattern.isalnum() and pattern.isupper()
