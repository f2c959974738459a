"""Slack's published method specifications, for the methods the server uses.

Argument names, types and scopes come from Slack's OpenAPI description of the Web API and from the argument types of its
own Node client for what is newer (`metadata`, `markdown_text`, `include_all_metadata`, `force`). A value arrives
form-encoded, as slack-sdk encodes it: booleans as 0 or 1, lists joined by commas, structures as JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TIER_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
MESSAGE_TS = re.compile(r"\d{1,12}\.\d{6}")
CONVERSATION_TYPES = {"public_channel", "private_channel", "mpim", "im"}


def _is_json(value: str) -> bool:
    try:
        return isinstance(json.loads(value), dict | list)
    except ValueError:
        return False


KINDS: Mapping[str, Callable[[str], bool]] = {
    "text": lambda value: True,
    "bool": lambda value: value in {"0", "1", "true", "false"},
    "int": str.isdecimal,
    "ts": lambda value: MESSAGE_TS.fullmatch(value) is not None,
    "time": lambda value: re.fullmatch(r"\d+(\.\d+)?", value) is not None,
    "json": _is_json,
    "channel": lambda value: re.fullmatch(r"[CGD][A-Z0-9]{2,}", value) is not None,
    "user": lambda value: re.fullmatch(r"[UW][A-Z0-9]{2,}", value) is not None,
    "users": lambda value: re.fullmatch(r"[UW][A-Z0-9]{2,}(,[UW][A-Z0-9]{2,})*", value) is not None,
    "bot": lambda value: re.fullmatch(r"B[A-Z0-9]{2,}", value) is not None,
    "types": lambda value: set(value.split(",")) <= CONVERSATION_TYPES,
    "email": lambda value: "@" in value,
}


@dataclass(frozen=True)
class Method:
    """One method: its tier, the scope that opens it, and its arguments by kind; a leading ! marks a required one."""

    tier: int | None
    scope: str | None
    arguments: Mapping[str, str] = field(default_factory=dict)
    by_channel_type: bool = False
    writes: bool = False

    def faults(self, given: Mapping[str, str]) -> list[str]:
        """What Slack's specification says against these arguments."""
        unknown = [f"unknown argument {name}" for name in given if name not in self.arguments]
        missing = [f"missing {name}" for name, kind in self.arguments.items() if kind[0] == "!" and name not in given]
        wrong = [
            f"{name}={given[name][:40]!r} is no {kind.lstrip('!')}"
            for name, kind in self.arguments.items()
            if name in given and not KINDS[kind.lstrip("!")](given[name])
        ]
        return unknown + missing + wrong


_PAGE = {"cursor": "text", "limit": "int"}
_TIMELINE = {**_PAGE, "oldest": "time", "latest": "time", "inclusive": "bool", "include_all_metadata": "bool"}
_BODY = {
    "text": "text",
    "blocks": "json",
    "attachments": "json",
    "markdown_text": "text",
    "as_user": "bool",
    "link_names": "bool",
    "parse": "text",
    "reply_broadcast": "bool",
    "metadata": "json",
}

METHODS: Mapping[str, Method] = {
    "auth.test": Method(4, None),
    "team.info": Method(3, "team:read", {"team": "text"}),
    "bots.info": Method(3, "users:read", {"bot": "!bot", "team_id": "text"}),
    "usergroups.list": Method(2, "usergroups:read", {"include_disabled": "bool", "include_users": "bool"}),
    "users.list": Method(2, "users:read", {**_PAGE, "include_locale": "bool", "team_id": "text"}),
    "users.info": Method(4, "users:read", {"user": "!user", "include_locale": "bool"}),
    "users.lookupByEmail": Method(3, "users:read.email", {"email": "!email"}),
    "users.conversations": Method(
        3, "channels:read", {**_PAGE, "types": "types", "exclude_archived": "bool", "user": "user", "team_id": "text"}
    ),
    "conversations.list": Method(
        2, "channels:read", {**_PAGE, "types": "types", "exclude_archived": "bool", "team_id": "text"}
    ),
    "conversations.info": Method(
        3,
        "channels:read",
        {"channel": "!channel", "include_locale": "bool", "include_num_members": "bool"},
        by_channel_type=True,
    ),
    "conversations.history": Method(3, "channels:history", {"channel": "!channel", **_TIMELINE}, by_channel_type=True),
    "conversations.replies": Method(
        3, "channels:history", {"channel": "!channel", "ts": "!ts", **_TIMELINE}, by_channel_type=True
    ),
    "conversations.create": Method(
        2, "channels:manage", {"name": "!text", "is_private": "bool", "team_id": "text"}, writes=True
    ),
    "conversations.invite": Method(
        3, "channels:manage", {"channel": "!channel", "users": "!users", "force": "bool"}, writes=True
    ),
    "conversations.setTopic": Method(2, "channels:manage", {"channel": "!channel", "topic": "!text"}, writes=True),
    "conversations.open": Method(3, "im:write", {"users": "!users", "return_im": "bool"}, writes=True),
    "chat.postMessage": Method(
        None,
        "chat:write",
        {
            "channel": "!channel",
            "thread_ts": "ts",
            "unfurl_links": "bool",
            "unfurl_media": "bool",
            "mrkdwn": "bool",
            **_BODY,
        },
        writes=True,
    ),
    "chat.update": Method(
        3, "chat:write", {"channel": "!channel", "ts": "!ts", "file_ids": "text", **_BODY}, writes=True
    ),
    "chat.delete": Method(3, "chat:write", {"channel": "!channel", "ts": "!ts", "as_user": "bool"}, writes=True),
    "chat.scheduleMessage": Method(
        3,
        "chat:write",
        {
            "channel": "!channel",
            "post_at": "!int",
            "thread_ts": "ts",
            "unfurl_links": "bool",
            "unfurl_media": "bool",
            **_BODY,
        },
        writes=True,
    ),
    "chat.scheduledMessages.list": Method(3, None, {**_PAGE, "channel": "channel", "team_id": "text"}),
    "chat.deleteScheduledMessage": Method(
        3, "chat:write", {"channel": "!channel", "scheduled_message_id": "!text", "as_user": "bool"}, writes=True
    ),
    "conversations.members": Method(4, "channels:read", {"channel": "!channel", **_PAGE}, by_channel_type=True),
    "conversations.mark": Method(3, "channels:manage", {"channel": "!channel", "ts": "!ts"}, writes=True),
    "files.info": Method(4, "files:read", {"file": "!text", "count": "int", "page": "int", **_PAGE}),
    "files.list": Method(
        3,
        "files:read",
        {"channel": "channel", "user": "user", "count": "int", "page": "int", "team_id": "text", "types": "text"},
    ),
    "files.getUploadURLExternal": Method(
        4,
        "files:write",
        {"filename": "!text", "length": "!int", "snippet_type": "text", "alt_txt": "text"},
    ),
    "files.completeUploadExternal": Method(
        4,
        "files:write",
        {
            "files": "!json",
            "channel_id": "channel",
            "channels": "text",
            "thread_ts": "ts",
            "initial_comment": "text",
            "blocks": "json",
        },
        writes=True,
    ),
    "canvases.create": Method(
        2,
        "canvases:write",
        {"title": "text", "document_content": "json", "channel_id": "channel"},
        writes=True,
    ),
    "canvases.edit": Method(3, "canvases:write", {"canvas_id": "!text", "changes": "!json"}, writes=True),
    "canvases.sections.lookup": Method(3, "canvases:read", {"canvas_id": "!text", "criteria": "!json"}),
    "conversations.canvases.create": Method(
        2, "canvases:write", {"channel_id": "!channel", "document_content": "json", "title": "text"}, writes=True
    ),
    "conversations.archive": Method(2, "channels:manage", {"channel": "!channel"}, writes=True),
    "conversations.join": Method(3, "channels:join", {"channel": "!channel"}, writes=True),
    "conversations.kick": Method(3, "channels:manage", {"channel": "!channel", "user": "!user"}, writes=True),
    "conversations.leave": Method(3, "channels:manage", {"channel": "!channel"}, writes=True),
    "conversations.rename": Method(2, "channels:manage", {"channel": "!channel", "name": "!text"}, writes=True),
    "conversations.setPurpose": Method(2, "channels:manage", {"channel": "!channel", "purpose": "!text"}, writes=True),
    "reminders.add": Method(
        2,
        "reminders:write",
        {"text": "!text", "time": "!text", "user": "user", "team_id": "text", "recurrence": "json"},
        writes=True,
    ),
    "reminders.complete": Method(2, "reminders:write", {"reminder": "!text", "team_id": "text"}, writes=True),
    "reminders.list": Method(2, "reminders:read", {"team_id": "text"}),
    "usergroups.users.list": Method(
        2, "usergroups:read", {"usergroup": "!text", "include_disabled": "bool", "team_id": "text"}
    ),
    "users.profile.set": Method(3, "users.profile:write", {"profile": "!json", "user": "user"}, writes=True),
    "chat.getPermalink": Method(None, None, {"channel": "!channel", "message_ts": "!ts"}),
    "reactions.add": Method(
        3, "reactions:write", {"channel": "!channel", "name": "!text", "timestamp": "!ts"}, writes=True
    ),
    "reactions.remove": Method(
        2, "reactions:write", {"channel": "channel", "name": "!text", "timestamp": "ts"}, writes=True
    ),
    "slackLists.items.list": Method(
        2,
        "lists:read",
        {"list_id": "!text", "limit": "int", "cursor": "text", "archived": "bool", "include_list": "bool"},
    ),
    "slackLists.items.create": Method(
        3,
        "lists:write",
        {"list_id": "!text", "initial_fields": "json", "parent_item_id": "text", "duplicated_item_id": "text"},
        writes=True,
    ),
    "slackLists.items.update": Method(3, "lists:write", {"list_id": "!text", "cells": "!json"}, writes=True),
    "search.messages": Method(
        2,
        "search:read",
        {
            "query": "!text",
            "count": "int",
            "page": "int",
            "cursor": "text",
            "sort": "text",
            "sort_dir": "text",
            "highlight": "bool",
        },
    ),
}
