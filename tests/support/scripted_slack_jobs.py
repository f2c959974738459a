"""Files, scheduled messages, members and marks of a scripted workspace."""

import json
from typing import Any

from scripted_slack_places import Answer, Given, Places, Refused, paged


class Jobs(Places):
    """State beside messages. `file_bytes` is what a download of each file gives."""

    def arrange(self) -> None:
        self.files: dict[str, Answer] = {}
        self.file_bytes: dict[str, bytes] = {}
        self.scheduled: dict[str, Answer] = {}
        self.last_read: dict[str, str] = {}
        self.status: dict[str, Any] = {}

    def add_file(self, identity: str, name: str, content: bytes, **rest: Any) -> Answer:
        """A file shared in channels; `url` is the origin that serves it."""
        url = rest.pop("url")
        self.file_bytes[identity] = content
        self.files[identity] = {
            "id": identity,
            "name": name,
            "title": name,
            "size": len(content),
            "created": 1750000000,
            "url_private": f"{url}/files/{identity}/{name}",
            **rest,
        }
        return self.files[identity]

    def files_info(self, given: Given, caller: str) -> Answer:
        if given["file"] not in self.files:
            raise Refused("file_not_found")
        return {"file": self.files[given["file"]]}

    def files_list(self, given: Given, caller: str) -> Answer:
        count, page = int(given.get("count", "100")), int(given.get("page", "1"))
        found = [file for file in self.files.values() if given.get("channel", "") in ("", *file.get("channels", []))]
        pages = -(-len(found) // count)
        return {
            "files": found[(page - 1) * count : page * count],
            "paging": {"count": count, "total": len(found), "page": page, "pages": pages},
        }

    def chat_scheduleMessage(self, given: Given, caller: str) -> Answer:
        if int(given["post_at"]) <= self.clock():
            raise Refused("time_in_past")
        identity = f"Q{len(self.scheduled):08d}"
        held = {"id": identity, "channel_id": given["channel"], "post_at": int(given["post_at"])}
        self.scheduled[identity] = {**held, "text": given["text"], "date_created": int(self.clock())}
        return {"channel": given["channel"], "scheduled_message_id": identity, "post_at": str(given["post_at"])}

    def chat_scheduledMessages_list(self, given: Given, caller: str) -> Answer:
        found = [one for one in self.scheduled.values() if given.get("channel") in {None, one["channel_id"]}]
        return paged("scheduled_messages", len(found), given, lambda at: found[at], 100)

    def chat_deleteScheduledMessage(self, given: Given, caller: str) -> Answer:
        if self.scheduled.pop(given["scheduled_message_id"], None) is None:
            raise Refused("invalid_scheduled_message_id")
        return {}

    def conversations_members(self, given: Given, caller: str) -> Answer:
        self.channel(given["channel"])
        members = list(self.people)
        return paged("members", len(members), given, lambda at: members[at], 1000)

    def conversations_mark(self, given: Given, caller: str) -> Answer:
        self.last_read[given["channel"]] = given["ts"]
        return {}

    def users_profile_set(self, given: Given, caller: str) -> Answer:
        self.status = json.loads(given["profile"])
        return {"profile": self.status}

    def read_state(self, channel: str) -> Answer:
        return {"last_read": self.last_read[channel]} if channel in self.last_read else {}
