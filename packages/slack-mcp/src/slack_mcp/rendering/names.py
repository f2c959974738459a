"""Names of people, channels, user groups and bots by id."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Names:
    """Names of people, channels, user groups and bots by id; an unknown id is shown as it is."""

    users: Mapping[str, str] = field(default_factory=dict[str, str])
    channels: Mapping[str, str] = field(default_factory=dict[str, str])
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    bots: Mapping[str, str] = field(default_factory=dict[str, str])
    standings: Mapping[str, str] = field(default_factory=dict[str, str])

    def user(self, identity: str, label: str = "") -> str:
        return "@" + (self.users.get(identity) or label.lstrip("@") or identity)

    def channel(self, identity: str, label: str = "") -> str:
        return "#" + (self.channels.get(identity) or label.lstrip("#") or identity)

    def group(self, identity: str, label: str = "") -> str:
        return "@" + (self.groups.get(identity) or label.lstrip("@") or identity)
