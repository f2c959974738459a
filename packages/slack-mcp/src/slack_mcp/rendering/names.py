"""The names that identifiers stand for, as far as they are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Names:
    """Names by identifier; what is not known is written as the identifier itself."""

    users: Mapping[str, str] = field(default_factory=dict[str, str])
    channels: Mapping[str, str] = field(default_factory=dict[str, str])
    groups: Mapping[str, str] = field(default_factory=dict[str, str])

    def user(self, identity: str, label: str = "") -> str:
        return "@" + (self.users.get(identity) or label.lstrip("@") or identity)

    def channel(self, identity: str, label: str = "") -> str:
        return "#" + (self.channels.get(identity) or label.lstrip("#") or identity)

    def group(self, identity: str, label: str = "") -> str:
        return "@" + (self.groups.get(identity) or label.lstrip("@") or identity)
