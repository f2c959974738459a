"""The messages of a scripted workspace, and what Slack's methods about them do."""

import json
import re
from collections.abc import Iterator

import scripted_slack_blocks as block_kit
from scripted_slack_lists import Lists
from scripted_slack_places import TEAM, Answer, Channel, Given, Refused, paged


class Workspace(Lists):
    """One workspace with everything in it."""

    def conversations_history(self, given: Given, caller: str) -> Answer:
        channel = self.channel(given["channel"], caller)
        if not channel.member:
            raise Refused("not_in_channel")
        shown = [message for message in channel.messages if _in_channel(message) and _within(message, given)]
        return self._timeline(channel, list(reversed(shown)), given)

    def conversations_replies(self, given: Given, caller: str) -> Answer:
        channel = self.channel(given["channel"], caller)
        thread = [m for m in channel.messages if given["ts"] in {m["ts"], m.get("thread_ts")}]
        if not any(m["ts"] == given["ts"] for m in thread):
            raise Refused("thread_not_found")
        shown = [message for message in thread if _within(message, given) or message["ts"] == given["ts"]]
        return self._timeline(channel, shown, given)

    def _timeline(self, channel: Channel, found: list[Answer], given: Given) -> Answer:
        replies: dict[str, list[Answer]] = {}
        for message in channel.messages:
            if "thread_ts" in message and message["thread_ts"] != message["ts"]:
                replies.setdefault(message["thread_ts"], []).append(message)

        def at(index: int) -> Answer:
            return _shown(found[index], replies.get(found[index]["ts"], []), given)

        page = paged("messages", len(found), given, at, self.history_objects or 999)
        return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}

    def chat_postMessage(self, given: Given, caller: str) -> Answer:
        channel = self.channel(given["channel"])
        if channel.archived:
            raise Refused("is_archived")
        if not channel.member and not self.public_posting:
            raise Refused("not_in_channel")
        message = self._written(given, caller)
        message["ts"] = self.new_ts()
        if "thread_ts" in given:
            if not any(m["ts"] == given["thread_ts"] for m in channel.messages):
                raise Refused("thread_not_found")
            message["thread_ts"] = given["thread_ts"]
        channel.messages.append(message)
        if given.get("unfurl_links", "1") in {"1", "true"} or given.get("unfurl_media", "1") in {"1", "true"}:
            self.unfurled.append(message["ts"])
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def _written(self, given: Given, caller: str) -> Answer:
        blocks = json.loads(given["blocks"]) if "blocks" in given else None
        text = given.get("text", "")
        if "markdown_text" in given and (blocks or text):
            raise Refused("markdown_text_conflict")
        if not (text or blocks or given.get("markdown_text") or given.get("attachments")):
            raise Refused("no_text")
        if blocks is not None and (found := block_kit.faults(blocks)):
            raise Refused("invalid_blocks", response_metadata={"messages": [f"[ERROR] {fault}" for fault in found]})
        if len(text) > 40_000 or len(given.get("markdown_text", "")) > 12_000:
            raise Refused("msg_too_long")
        self.pings += block_kit.pings(text, blocks) + re.findall(block_kit.PING, given.get("markdown_text", ""))
        if given.get("link_names") in {"1", "true"} or given.get("parse") == "full":
            self.pings += re.findall(r"@(channel|here|everyone)\b", text)
        message: Answer = {
            "type": "message",
            "user": caller,
            "team": TEAM,
            "text": text or given.get("markdown_text", ""),
        }
        if self.user(caller)["is_bot"]:
            message |= {"bot_id": "B0BOT0001", "app_id": "A0APP0001", "bot_profile": {"name": "toolroll"}}
        if blocks:
            message["blocks"] = blocks
        if "metadata" in given:
            message["metadata"] = json.loads(given["metadata"])
        return message

    def message(self, channel: str, ts: str) -> Answer:
        for message in self.channel(channel).messages:
            if message["ts"] == ts:
                return message
        raise Refused("message_not_found")

    def chat_update(self, given: Given, caller: str) -> Answer:
        message = self.message(given["channel"], given["ts"])
        if message["user"] != caller:
            raise Refused("cant_update_message")
        changed = self._written(given, caller)
        message.pop("blocks", None)
        message.update({name: changed[name] for name in ("text", "blocks") if name in changed})
        message["edited"] = {"user": caller, "ts": self.new_ts()}
        return {"channel": given["channel"], "ts": given["ts"], "text": message["text"]}

    def chat_delete(self, given: Given, caller: str) -> Answer:
        message = self.message(given["channel"], given["ts"])
        if message["user"] != caller:
            raise Refused("cant_delete_message")
        self.channels[given["channel"]].messages.remove(message)
        return {"channel": given["channel"], "ts": given["ts"]}

    def chat_getPermalink(self, given: Given, caller: str) -> Answer:
        self.message(given["channel"], given["message_ts"])
        return {"channel": given["channel"], "permalink": permalink(given["channel"], given["message_ts"])}

    def reactions_add(self, given: Given, caller: str) -> Answer:
        reactions = self.message(given["channel"], given["timestamp"]).setdefault("reactions", [])
        if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", given["name"]):
            raise Refused("invalid_name")
        found = next((reaction for reaction in reactions if reaction["name"] == given["name"]), None)
        if found is None:
            reactions.append({"name": given["name"], "count": 1, "users": [caller]})
        elif caller in found["users"]:
            raise Refused("already_reacted")
        else:
            found["users"].append(caller)
            found["count"] += 1
        return {}

    def reactions_remove(self, given: Given, caller: str) -> Answer:
        message = self.message(given["channel"], given["timestamp"])
        for reaction in message.get("reactions", []):
            if reaction["name"] == given["name"] and caller in reaction["users"]:
                reaction["users"].remove(caller)
                reaction["count"] -= 1
                message["reactions"] = [kept for kept in message["reactions"] if kept["count"]]
                return {}
        raise Refused("no_reaction")

    def search_messages(self, given: Given, caller: str) -> Answer:
        if self.user(caller)["is_bot"]:
            raise Refused("not_allowed_token_type")
        found = list(self._matches(given["query"]))
        found.sort(key=lambda match: float(match["ts"]), reverse=given.get("sort_dir", "desc") == "desc")
        count, page = int(given.get("count", "20")), int(given.get("page", "1"))
        pages = -(-len(found) // count)
        return {
            "query": given["query"],
            "messages": {
                "total": len(found),
                "paging": {"count": count, "total": len(found), "page": page, "pages": pages},
                "matches": found[(page - 1) * count : page * count],
            },
        }

    def _matches(self, query: str) -> Iterator[Answer]:
        places = {name.strip("#<>@").split("|")[0] for name in re.findall(r"\bin:(\S+)", query)}
        authors = {name.strip("@<>") for name in re.findall(r"\bfrom:(\S+)", query)}
        words = re.sub(r"\b(in|from|before|after|on|during|has):\S+", "", query).replace('"', "").casefold().split()
        for channel in self.channels.values():
            if places and not places & {channel.id, channel.name, channel.user} - {""}:
                continue
            for message in channel.messages:
                body = (message["text"] + json.dumps(message.get("blocks", ""))).casefold()
                author = self.people.get(message.get("user", ""), {"id": "", "name": ""})
                if all(word in body for word in words) and (not authors or authors & {author["id"], author["name"]}):
                    yield _match(channel, message, author["name"])


def permalink(channel: str, ts: str) -> str:
    return f"https://acme.slack.com/archives/{channel}/p{ts.replace('.', '')}"


def _in_channel(message: Answer) -> bool:
    """Replies are read through their thread, unless they were sent to the channel as well."""
    return message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"


def _within(message: Answer, given: Given) -> bool:
    ts, oldest, latest = float(message["ts"]), float(given.get("oldest", 0)), float(given.get("latest", "inf"))
    inclusive = given.get("inclusive") in {"1", "true"}
    return oldest <= ts <= latest if inclusive else oldest < ts < latest


def _shown(message: Answer, replies: list[Answer], given: Given) -> Answer:
    """A message as it is read back: thread figures added, metadata only when asked for."""
    told = {name: value for name, value in message.items() if name != "metadata"}
    if "metadata" in message and given.get("include_all_metadata") in {"1", "true"}:
        told["metadata"] = message["metadata"]
    if replies:
        told |= {"thread_ts": message["ts"], "reply_count": len(replies), "latest_reply": replies[-1]["ts"]}
    return told


def _match(channel: Channel, message: Answer, username: str) -> Answer:
    place = {
        "id": channel.id,
        "name": channel.user or channel.name,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
    }
    return {
        **{name: message[name] for name in ("type", "ts", "text", "user", "blocks", "attachments") if name in message},
        "iid": "00000000-0000-0000-0000-000000000000",
        "team": TEAM,
        "username": username,
        "channel": {**place, "is_private": channel.private},
        "permalink": permalink(channel.id, message["ts"])
        + (f"?thread_ts={message['thread_ts']}" if "thread_ts" in message else ""),
    }
