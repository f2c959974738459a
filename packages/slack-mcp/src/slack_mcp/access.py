"""Access rules of this server: allow-lists of channels, and a switch for direct messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from mcp_chassis.failures import PermissionDenied

from slack_mcp.references import folded

Kind = Literal["channel", "dm", "group_dm"]

_OUTSIDE = "Choose another channel; only the person who runs this server can change the setting."


@dataclass(frozen=True, slots=True)
class Channel:
    """One conversation: a channel, a direct message or a group direct message.

    `external`: people of other organisations can read it; `person`: user id of the partner of a direct message.
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
    """Rules about which conversations this server may read and write.

    Args:
        allowed, writable: channel names, globs of names, or channel ids; empty means every channel.
        dms: direct messages may be read and written; the lists do not apply to them.
    """

    def __init__(self, allowed: Sequence[str], writable: Sequence[str], *, dms: bool) -> None:
        self.dms = dms
        self._allowed = tuple(allowed)
        self._writable = tuple(writable)

    @property
    def unrestricted(self) -> bool:
        """Whether no rule is set, so that a channel can be used without a look-up of its name and kind."""
        return self.dms and not self._allowed and not self._writable

    @property
    def every_channel(self) -> bool:
        return not self._allowed

    @property
    def exact_names(self) -> tuple[str, ...]:
        """Names of the readable channels; empty where the list contains ids or globs."""
        plain = all(not _is_id(pattern) and not set(pattern) & set("*?[]") for pattern in self._allowed)
        return self._allowed if plain else ()

    def readable(self, channel: Channel) -> bool:
        return self.dms if channel.kind != "channel" else _listed(channel, self._allowed)

    def check(self, channel: Channel, *, write: bool) -> None:
        """Check that the conversation may be read, or with `write` written.

        Raises:
            PermissionDenied: when it may not; the message names the setting.
        """
        if channel.kind != "channel":
            self.check_dms()
        elif not _listed(channel, self._allowed):
            raise PermissionDenied("The setting SLACK_ALLOWED_CHANNELS does not include this channel.", remedy=_OUTSIDE)
        elif write and not _listed(channel, self._writable):
            raise PermissionDenied(
                "The setting SLACK_WRITE_CHANNELS does not include this channel: it can only be read.", remedy=_OUTSIDE
            )

    def check_dms(self) -> None:
        if not self.dms:
            raise PermissionDenied(
                "This server does not read or write direct messages: SLACK_ALLOW_DMS is not set.",
                remedy="Use a channel; only the person who runs this server can set SLACK_ALLOW_DMS.",
            )

    def check_name(self, name: str, *, write: bool) -> None:
        """Check a channel name before any request; skipped if a list contains ids, which may be this channel's."""
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
