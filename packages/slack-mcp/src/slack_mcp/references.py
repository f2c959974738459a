"""References to channels, users and messages as people and models write them: names, ids, mentions, links."""

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
HOW_CHANNELS_ARE_NAMED = "Give a channel as #name, id or link; list_channels finds them."
HOW_MESSAGES_ARE_NAMED = "Give the ts that another tool returned, such as 1700000000.123456, or the message's link."


@dataclass(frozen=True)
class ChannelReference:
    """One of `id`, `name`, `user` (a direct message) and `users` (a group direct message) is set.

    `name` is set beside `id` or `user` for a word that may be either: an id without a digit.
    """

    id: str = ""
    name: str = ""
    user: str = ""
    users: tuple[str, ...] = ()


def normalized(name: str) -> str:
    """A name in the form in which Slack keeps channel names: composed and in lower case."""
    return unicodedata.normalize("NFC", name.strip()).lower()


def folded(name: str) -> str:
    """A name for comparison that ignores case in every script: ß is ss, a final sigma is a sigma."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def channel_reference(given: str) -> ChannelReference:
    """Read `#name`, `name`, an id, `<#C1|name>`, a link, or somebody's `@handle`, id or e-mail address.

    Raises:
        InvalidInput: when it is none of these.
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
        raise InvalidInput("The channel's name cannot be read.", remedy=HOW_CHANNELS_ARE_NAMED)
    user = text if USER_ID_WITHOUT_DIGIT.fullmatch(text) else ""
    return ChannelReference(id=bare if CHANNEL_ID_WITHOUT_DIGIT.fullmatch(bare) else "", name=name, user=user)


def _people(text: str) -> tuple[str, ...]:
    """The people of a group direct message, from a list between commas."""
    people = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(part.startswith("#") or "://" in part for part in people) or not 2 <= len(people) <= 8:
        raise InvalidInput("Give one channel, or two to eight people.", remedy=HOW_CHANNELS_ARE_NAMED)
    return people


def linked_user(text: str) -> str:
    """The user id in a link to a profile; empty for anything else."""
    match = PROFILE_LINK.fullmatch(text.strip("<>").partition("|")[0])
    return match[1] or match[2] if match else ""


def message_ts(given: str, *, thread: bool = False, channel: str = "") -> str:
    """The ts of a message from itself or a link; with `thread`, that of the thread which the linked reply is in.

    Args:
        channel: id of the channel that a link must point into.

    Raises:
        InvalidInput: when it is neither, or a link into another channel.
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
                f"The link points to a message in {place}, which is another channel than the given one ({channel}).",
                remedy="Give the link as the channel too, or the message's ts.",
            )
        found = (parent or own) if thread else own
        if found:
            return found
    raise InvalidInput("The message's ts cannot be read.", remedy=HOW_MESSAGES_ARE_NAMED)


def _linked(link: str) -> tuple[str, str, str]:
    """Channel, message and thread of a link into Slack."""
    link = link.strip("<>").partition("|")[0]
    try:
        parts = urlsplit(link)
    except ValueError as exc:
        raise InvalidInput("The link cannot be read.", remedy=HOW_MESSAGES_ARE_NAMED) from exc
    if match := PERMALINK_PATH.fullmatch(parts.path.rstrip("/")):
        stamp = f"{match[2][:-6]}.{match[2][-6:]}" if match[2] else ""
        parent = query_value(link, "thread_ts")
        return match[1], stamp, parent if MESSAGE_TS.fullmatch(parent) else ""
    if match := CLIENT_PATH.match(parts.path):
        return match[1], match[2] or "", ""
    if parts.scheme == "slack" and CHANNEL_ID.fullmatch(identity := query_value(link, "id")):
        stamp = query_value(link, "message")
        return identity, stamp if MESSAGE_TS.fullmatch(stamp) else "", ""
    raise InvalidInput("The link does not point to a channel or message of Slack.", remedy=HOW_MESSAGES_ARE_NAMED)


def query_value(link: str, name: str) -> str:
    """One value of a link's query, or nothing."""
    return parse_qs(urlsplit(link).query).get(name, [""])[0]


def channel_name(wanted: str) -> str:
    """The name Slack would accept for a new channel: lower case, no blanks or marks but - and _, at most 80.

    Raises:
        InvalidInput: when nothing is left of it.
    """
    name = re.sub(r"[\s./]+", "-", normalized(wanted.strip().lstrip("#")))
    name = re.sub(r"[^\w-]", "", name)[:80].strip("-")
    if not name:
        raise InvalidInput("Nothing of the name can be a channel's name.", remedy="Use letters, digits, - and _.")
    return name
