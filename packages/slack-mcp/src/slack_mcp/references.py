"""Parsing of references to channels, people and messages: names, ids, mentions, links."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from mcp_chassis.failures import InvalidInput

CHANNEL_ID = re.compile(r"(?=[A-Z]*\d)[CGD][A-Z0-9]{8,20}")
USER_ID = re.compile(r"(?=[A-Z]*\d)[UW][A-Z0-9]{8,20}")
CHANNEL_ID_WITHOUT_DIGIT = re.compile(r"[CGD][A-Z]{8,20}")
USER_ID_WITHOUT_DIGIT = re.compile(r"[UW][A-Z]{8,20}")
MENTION = re.compile(r"<([@#])([A-Z0-9]{3,20})(?:\|[^>]*)?>")
MESSAGE_TS = re.compile(r"[0-9]{9,11}\.[0-9]{6}")
PERMALINK_TS = re.compile(r"p?([0-9]{10})([0-9]{6})")
PERMALINK_PATH = re.compile(r"/archives/([CGD][A-Z0-9]+)(?:/p(\d{15,17}))?")
CLIENT_PATH = re.compile(r"/client/[TE][A-Z0-9]+/([CGD][A-Z0-9]+)(?:/thread/[CGD][A-Z0-9]+-(\d+\.\d{6}))?")
PROFILE_LINK = re.compile(r"https://[^/]+/team/([UW][A-Z0-9]+)/?|slack://user\?(?:team=\w+&)?id=([UW][A-Z0-9]+).*")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
CHANNEL_REFERENCE_REMEDY = "Give a channel as #name, id or link; list_channels finds channels."
MESSAGE_REFERENCE_REMEDY = "Give the ts that another tool returned, such as 1700000000.123456, or the message's link."


@dataclass(frozen=True)
class ChannelReference:
    """Parsed reference to a conversation: `id`, `name`, `user` (direct message) or `users` (group direct message).

    For a word that may be an id or a name, since it contains no digit, `name` is set beside `id` or `user`.
    """

    id: str = ""
    name: str = ""
    user: str = ""
    users: tuple[str, ...] = ()


def normalized(name: str) -> str:
    """A name in the form of Slack's channel names: Unicode NFC and lower case."""
    return unicodedata.normalize("NFC", name.strip()).lower()


def folded(name: str) -> str:
    """A name case-folded for comparison in every script: ß becomes ss, a final sigma becomes a sigma."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def channel_reference(given: str) -> ChannelReference:
    """Parse `#name`, `name`, an id, `<#C1|name>`, a link, or a person's `@handle`, id or e-mail address.

    Raises:
        InvalidInput: when the text has none of these forms.
    """
    text = given.strip()
    if mention := MENTION.fullmatch(text):
        return ChannelReference(id=mention[2]) if mention[1] == "#" else ChannelReference(user=mention[2])
    if "," in text:
        return ChannelReference(users=_people(text))
    bare = text.lstrip("#")
    if CHANNEL_ID.fullmatch(bare):
        return ChannelReference(id=bare)
    if text.startswith("@") or USER_ID.fullmatch(text) or EMAIL.fullmatch(text):
        return ChannelReference(user=text)
    if "://" in text:
        user = linked_user(text)
        return ChannelReference(id="" if user else _linked(text)[0], user=user)
    name = normalized(bare)
    if not name or len(name) > 80 or re.search(r"[\s<>@,/]", name):
        raise InvalidInput("The reference to a channel cannot be parsed.", remedy=CHANNEL_REFERENCE_REMEDY)
    user = text if USER_ID_WITHOUT_DIGIT.fullmatch(text) else ""
    return ChannelReference(id=bare if CHANNEL_ID_WITHOUT_DIGIT.fullmatch(bare) else "", name=name, user=user)


def _people(text: str) -> tuple[str, ...]:
    """The people of a group direct message, parsed from a list separated by commas."""
    people = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(part.startswith("#") or "://" in part for part in people) or not 2 <= len(people) <= 8:
        raise InvalidInput(
            "A conversation is one channel, one person or two to eight people.", remedy=CHANNEL_REFERENCE_REMEDY
        )
    return people


def linked_user(text: str) -> str:
    """The user id in a link to a profile; empty for any other text."""
    match = PROFILE_LINK.fullmatch(text.strip("<>").partition("|")[0])
    return match[1] or match[2] if match else ""


def message_ts(given: str, *, thread: bool = False, channel: str = "") -> str:
    """Parse the ts of a message, given as ts or link; with `thread`, the ts of the thread that a link points into.

    Args:
        channel: id of the channel that a link must point into.

    Raises:
        InvalidInput: when the text is neither a ts nor a link, or is a link into another channel.
    """
    text = given.strip()
    if MESSAGE_TS.fullmatch(text):
        return text
    if match := PERMALINK_TS.fullmatch(text):
        return f"{match[1]}.{match[2]}"
    if "://" in text:
        place, own, parent = _linked(text)
        if channel and place != channel:
            raise InvalidInput(
                f"The link points to a message in {place}, but the given channel is {channel}.",
                remedy="Give the same link as the channel, or give the message's ts.",
            )
        found = (parent or own) if thread else own
        if found:
            return found
    raise InvalidInput("The ts of the message cannot be parsed.", remedy=MESSAGE_REFERENCE_REMEDY)


def _linked(link: str) -> tuple[str, str, str]:
    """Channel id, message ts and thread ts in a link into Slack."""
    link = link.strip("<>").partition("|")[0]
    try:
        parts = urlsplit(link)
    except ValueError as exc:
        raise InvalidInput("The link cannot be parsed.", remedy=MESSAGE_REFERENCE_REMEDY) from exc
    if match := PERMALINK_PATH.fullmatch(parts.path.rstrip("/")):
        stamp = f"{match[2][:-6]}.{match[2][-6:]}" if match[2] else ""
        parent = query_value(link, "thread_ts")
        return match[1], stamp, parent if MESSAGE_TS.fullmatch(parent) else ""
    if match := CLIENT_PATH.match(parts.path):
        return match[1], match[2] or "", ""
    if parts.scheme == "slack" and CHANNEL_ID.fullmatch(identity := query_value(link, "id")):
        stamp = query_value(link, "message")
        return identity, stamp if MESSAGE_TS.fullmatch(stamp) else "", ""
    raise InvalidInput("The link does not point to a channel or message in Slack.", remedy=MESSAGE_REFERENCE_REMEDY)


def query_value(link: str, name: str) -> str:
    """Value of a parameter in a link's query string; empty if it is missing."""
    return parse_qs(urlsplit(link).query).get(name, [""])[0]


def channel_name(wanted: str) -> str:
    """Convert a text to a valid channel name: lower-case letters, digits, - and _, at most 80 characters.

    Raises:
        InvalidInput: when the text contains no valid character.
    """
    name = re.sub(r"[\s./]+", "-", normalized(wanted.strip().lstrip("#")))
    name = re.sub(r"[^\w-]", "", name)[:80].strip("-")
    if not name:
        raise InvalidInput("The channel name contains no letter or digit.", remedy="Use letters, digits, - and _.")
    return name
