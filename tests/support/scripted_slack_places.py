"""The people and channels of a scripted workspace, and what Slack's methods about them do."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = dict[str, Any]
Given = Mapping[str, str]
TEAM = "T0TEAM001"
NAME_LIMIT = 80


class Refused(Exception):
    """An `ok: false` answer."""

    def __init__(self, error: str, **rest: Any) -> None:
        super().__init__(error)
        self.answer: Answer = {"ok": False, "error": error, **rest}


@dataclass
class Channel:
    id: str
    name: str
    private: bool = False
    member: bool = True
    archived: bool = False
    kind: str = "channel"
    topic: str = ""
    purpose: str = ""
    members: int = 12
    user: str = ""
    seen_by: str = ""
    """The one user who sees it; empty for everybody."""
    messages: list[Answer] = field(default_factory=list)

    @property
    def type(self) -> str:
        return self.kind if self.kind in {"im", "mpim"} else ("private_channel" if self.private else "public_channel")

    def wire(self) -> Answer:
        base: Answer = {"id": self.id, "created": 1700000000, "is_archived": self.archived, "is_member": self.member}
        if self.kind == "im":
            return {**base, "is_im": True, "user": self.user}
        return {
            **base,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private and self.kind == "channel",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.private or self.kind == "mpim",
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": self.purpose, "creator": "", "last_set": 0},
            "num_members": self.members,
        }


def person(identity: str, handle: str, real_name: str, **rest: Any) -> Answer:
    """A member as users.info gives one."""
    profile = {"real_name": real_name, "display_name": handle, "title": rest.pop("title", "")}
    if "email" in rest:
        profile["email"] = rest.pop("email")
    return {
        "id": identity,
        "team_id": TEAM,
        "name": handle,
        "real_name": real_name,
        "deleted": False,
        "is_bot": False,
        "is_app_user": False,
        "tz": "Europe/Paris",
        "profile": profile,
        **rest,
    }


class Places:
    """People, channels and groups. `crowd` users exist beside the named ones and are made when they are asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.people: dict[str, Answer] = {}
        self.crowd = 0
        self.bots: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.channels: dict[str, Channel] = {}
        self.pings: list[str] = []
        self.unfurled: list[str] = []
        self.last_ts = 0.0
        self.public_posting = False
        self.history_objects: int | None = None
        self.add_person("U0BOT0001", "toolroll", "Toolroll", is_bot=True)
        self.arrange()

    def arrange(self) -> None:
        """State that subclasses add."""

    # What a test arranges

    def add_person(self, identity: str, handle: str, real_name: str, **rest: Any) -> str:
        self.people[identity] = person(identity, handle, real_name, **rest)
        return identity

    def add_channel(self, identity: str, name: str, **rest: Any) -> Channel:
        channel = Channel(identity, name, **rest)
        self.channels[identity] = channel
        return channel

    def say(self, channel: Channel | str, user: str, text: str, ts: str | None = None, **rest: Any) -> str:
        """Put a message into a channel as a person wrote it; gives its ts."""
        place = channel if isinstance(channel, Channel) else self.channels[channel]
        stamp = ts or self.new_ts()
        place.messages.append({"type": "message", "user": user, "text": text, "ts": stamp, "team": TEAM, **rest})
        place.messages.sort(key=lambda message: float(message["ts"]))
        return stamp

    def new_ts(self) -> str:
        self.last_ts = max(self.last_ts + 0.000001, self.clock())
        return f"{self.last_ts:.6f}"

    # Methods; each takes the arguments and the user who calls

    def auth_test(self, given: Given, caller: str) -> Answer:
        return {"url": "https://acme.slack.com/", "team": "Acme", "user": self.user(caller)["name"]} | {
            "team_id": TEAM,
            "user_id": caller,
            **({"bot_id": "B0BOT0001"} if self.user(caller)["is_bot"] else {}),
        }

    def team_info(self, given: Given, caller: str) -> Answer:
        return {"team": {"id": TEAM, "name": "Acme", "domain": "acme"}}

    def bots_info(self, given: Given, caller: str) -> Answer:
        if given["bot"] not in self.bots:
            raise Refused("bot_not_found")
        return {"bot": {"id": given["bot"], "name": self.bots[given["bot"]], "deleted": False}}

    def usergroups_list(self, given: Given, caller: str) -> Answer:
        return {"usergroups": [{"id": key, "handle": handle, "name": handle} for key, handle in self.groups.items()]}

    def users_list(self, given: Given, caller: str) -> Answer:
        named = list(self.people.values())
        return paged("members", len(named) + self.crowd, given, lambda at: self._member_at(named, at), 1000)

    def _member_at(self, named: list[Answer], at: int) -> Answer:
        return named[at] if at < len(named) else crowd_member(at - len(named))

    def user(self, identity: str) -> Answer:
        known = self.people.get(identity)
        if known is None and re.fullmatch(r"UCROWD\d{6}", identity) and int(identity[6:]) < self.crowd:
            return crowd_member(int(identity[6:]))
        if known is None:
            raise Refused("user_not_found")
        return known

    def users_info(self, given: Given, caller: str) -> Answer:
        return {"user": self.user(given["user"])}

    def users_lookupByEmail(self, given: Given, caller: str) -> Answer:
        for member in self.people.values():
            if member["profile"].get("email", "").casefold() == given["email"].casefold():
                return {"user": member}
        raise Refused("users_not_found")

    def users_conversations(self, given: Given, caller: str) -> Answer:
        seen = (channel for channel in self.channels.values() if channel.seen_by in {"", caller})
        return self._channel_page([channel for channel in seen if channel.member], given)

    def conversations_list(self, given: Given, caller: str) -> Answer:
        seen = [
            channel
            for channel in self.channels.values()
            if channel.seen_by in {"", caller} and (channel.member or channel.type == "public_channel")
        ]
        return self._channel_page(seen, given)

    def _channel_page(self, channels: list[Channel], given: Given) -> Answer:
        types = given.get("types", "public_channel").split(",")
        hidden = given.get("exclude_archived") in {"1", "true"}
        offered = [channel for channel in channels if channel.type in types and not (hidden and channel.archived)]
        return paged("channels", len(offered), given, lambda at: offered[at].wire(), 1000)

    def channel(self, identity: str, caller: str = "") -> Channel:
        channel = self.channels.get(identity)
        if channel is not None and channel.seen_by and channel.seen_by != caller:
            raise Refused("channel_not_found")
        if channel is None or (channel.type == "private_channel" and not channel.member):
            raise Refused("channel_not_found")
        return channel

    def conversations_info(self, given: Given, caller: str) -> Answer:
        return {"channel": {**self.channel(given["channel"], caller).wire(), **self.read_state(given["channel"])}}

    def read_state(self, channel: str) -> Answer:
        """Fields about what the caller has read."""
        return {}

    def conversations_create(self, given: Given, caller: str) -> Answer:
        name = given["name"]
        if not 1 <= len(name) <= NAME_LIMIT:
            raise Refused("invalid_name_maxlength" if name else "invalid_name_required")
        if not re.fullmatch(r"[^\W_A-Z]([\w-]*)|[-_\w]+", name) or name != name.lower():
            raise Refused("invalid_name_specials")
        if any(channel.name == name for channel in self.channels.values()):
            raise Refused("name_taken")
        created = self.add_channel(f"C0NEW{len(self.channels):05d}", name, private=given.get("is_private") == "1")
        return {"channel": created.wire()}

    def conversations_invite(self, given: Given, caller: str) -> Answer:
        channel = self.channel(given["channel"])
        wrong = [user for user in given["users"].split(",") if user not in self.people]
        if wrong:
            raise Refused(
                "user_not_found", errors=[{"user": user, "ok": False, "error": "user_not_found"} for user in wrong]
            )
        return {"channel": channel.wire()}

    def conversations_setTopic(self, given: Given, caller: str) -> Answer:
        channel = self.channel(given["channel"])
        if len(given["topic"]) > 250:
            raise Refused("too_long")
        channel.topic = given["topic"]
        return {"channel": channel.wire()}

    def conversations_open(self, given: Given, caller: str) -> Answer:
        user = self.user(given["users"].split(",")[0])["id"]
        for channel in self.channels.values():
            if channel.kind == "im" and channel.user == user:
                return {"channel": {"id": channel.id}}
        return {"channel": {"id": self.add_channel(f"D0{user[1:]}", "", kind="im", user=user).id}}


def crowd_member(number: int) -> Answer:
    name = hashlib.sha256(str(number).encode()).hexdigest()[:8]
    return person(f"UCROWD{number:06d}", f"user.{name}", f"Person {number}", email=f"user{number}@acme.example")


def paged(key: str, total: int, given: Given, at: Callable[[int], Any], most: int) -> Answer:
    limit = min(int(given.get("limit", "100")) or 100, most)
    start = int(given.get("cursor", "at:0").removeprefix("at:")) if given.get("cursor") else 0
    end = min(start + limit, total)
    cursor = f"at:{end}" if end < total else ""
    return {key: [at(index) for index in range(start, end)], "response_metadata": {"next_cursor": cursor}}
