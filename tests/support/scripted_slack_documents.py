"""Uploads, canvases, reminders, user groups and changes of channels of a scripted workspace."""

import json
from typing import Any

from scripted_slack_jobs import Jobs
from scripted_slack_places import Answer, Channel, Given, Refused


class Documents(Jobs):
    """`origin` is the address of the scripted Slack; `canvases` holds Markdown sections by canvas."""

    def arrange(self) -> None:
        super().arrange()
        self.origin = ""
        self.pending: dict[str, dict[str, Any]] = {}
        self.shared: list[str] = []
        self.canvases: dict[str, list[str]] = {}
        self.reminders: dict[str, Answer] = {}
        self.group_members: dict[str, list[str]] = {}

    def take_bytes(self, identity: str, content: bytes) -> None:
        self.pending[identity]["content"] = content

    def files_getUploadURLExternal(self, given: Given, caller: str) -> Answer:
        identity = f"F0UPLOAD{len(self.pending):03}"
        self.pending[identity] = {"name": given["filename"], "length": int(given["length"])}
        self.pending[identity]["alt_txt"] = given.get("alt_txt", "")
        return {"upload_url": f"{self.origin}/upload/{identity}", "file_id": identity}

    def files_completeUploadExternal(self, given: Given, caller: str) -> Answer:
        done: list[Answer] = []
        for one in json.loads(given["files"]):
            pending = self.pending[one["id"]]
            if len(pending.get("content", b"")) != pending["length"]:
                raise Refused("file_not_found")
            place = self.channel(given["channel_id"], caller)
            rest = {"channels": [place.id], "url": self.origin, "alt_txt": pending["alt_txt"]}
            file = self.add_file(one["id"], pending["name"], pending["content"], title=one["title"], **rest)
            file["permalink"] = f"https://acme.slack.com/files/{caller}/{one['id']}/{pending['name']}"
            self._share(place, given, caller, file)
            done.append(file)
        return {"files": done}

    def _share(self, place: Channel, given: Given, caller: str, file: Answer) -> None:
        message: Answer = {"type": "message", "user": caller, "text": "", "files": [file], "ts": self.new_ts()}
        message |= {"blocks": json.loads(given["blocks"])} if "blocks" in given else {}
        message |= {"thread_ts": given["thread_ts"]} if "thread_ts" in given else {}
        place.messages.append(message)
        self.shared.append(file["id"])

    def conversations_canvases_create(self, given: Given, caller: str) -> Answer:
        if any(file.get("tab") for file in self.files.values() if given["channel_id"] in file["channels"]):
            raise Refused("channel_canvas_already_exists")
        return self._canvas(given, tab=True)

    def canvases_create(self, given: Given, caller: str) -> Answer:
        return self._canvas(given, tab=False)

    def _canvas(self, given: Given, *, tab: bool) -> Answer:
        identity = f"F0CANVAS{len(self.canvases):03}"
        self.canvases[identity] = [json.loads(given["document_content"])["markdown"]]
        rest = {"channels": [given["channel_id"]], "filetype": "quip", "url": self.origin, "tab": tab}
        self.add_file(identity, given.get("title", ""), b"", **rest)
        return {"canvas_id": identity}

    def canvases_sections_lookup(self, given: Given, caller: str) -> Answer:
        wanted = json.loads(given["criteria"])["contains_text"]
        found = [at for at, text in enumerate(self.canvases[given["canvas_id"]]) if wanted in text]
        return {"sections": [{"id": f"temp:C:{at}"} for at in found]}

    def canvases_edit(self, given: Given, caller: str) -> Answer:
        sections = self.canvases.get(given["canvas_id"])
        if sections is None:
            raise Refused("canvas_not_found")
        [change] = json.loads(given["changes"])
        text = change["document_content"]["markdown"]
        if change["operation"] == "replace":
            sections[int(change["section_id"].rpartition(":")[2])] = text
        else:
            sections.append(text)
        return {}

    def reminders_add(self, given: Given, caller: str) -> Answer:
        identity = f"Rm{len(self.reminders):08}"
        held = {"id": identity, "text": given["text"], "user": caller, "time": int(given["time"]), "complete_ts": 0}
        self.reminders[identity] = {**held, "recurring": False}
        return {"reminder": self.reminders[identity]}

    def reminders_list(self, given: Given, caller: str) -> Answer:
        return {"reminders": list(self.reminders.values())}

    def reminders_complete(self, given: Given, caller: str) -> Answer:
        if given["reminder"] not in self.reminders:
            raise Refused("not_found")
        self.reminders[given["reminder"]]["complete_ts"] = int(self.clock())
        return {}

    def usergroups_users_list(self, given: Given, caller: str) -> Answer:
        return {"users": self.group_members[given["usergroup"]]}

    def conversations_join(self, given: Given, caller: str) -> Answer:
        self.channel(given["channel"]).member = True
        return {"channel": self.channel(given["channel"]).wire()}

    def conversations_leave(self, given: Given, caller: str) -> Answer:
        self.channel(given["channel"]).member = False
        return {}

    def conversations_archive(self, given: Given, caller: str) -> Answer:
        channel = self.channel(given["channel"])
        if channel.archived:
            raise Refused("already_archived")
        channel.archived = True
        return {}

    def conversations_rename(self, given: Given, caller: str) -> Answer:
        if any(channel.name == given["name"] for channel in self.channels.values()):
            raise Refused("name_taken")
        self.channel(given["channel"]).name = given["name"]
        return {"channel": self.channel(given["channel"]).wire()}

    def conversations_setPurpose(self, given: Given, caller: str) -> Answer:
        self.channel(given["channel"]).purpose = given["purpose"]
        return {"purpose": given["purpose"]}

    def conversations_kick(self, given: Given, caller: str) -> Answer:
        self.user(given["user"])
        return {}
