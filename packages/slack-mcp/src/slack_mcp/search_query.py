"""Parser of search queries for searches without a user token; unsupported modifiers are errors that name them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_chassis.failures import InvalidInput

from slack_mcp.records.messages import MessageRecord
from slack_mcp.references import folded

TERM = re.compile(r'(-?)(?:([a-z]{2,10}):)?(?:"([^"]{1,500})"|(\S{1,500}))', re.IGNORECASE)
STRAIGHT_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"')
MODIFIERS = {"from", "has", "before", "after", "on", "during", "in", "is", "to", "with", "creator", "type", "hasmy"}
OPERATORS = {"OR", "AND", "NOT"}
HAS_VALUES = {"link", "file", "reaction", "image"}
IMAGE_TYPES = {"png", "jpg", "jpeg", "gif", "webp", "heic"}
NOT_FOLLOWED = "Search without SLACK_USER_TOKEN does not support {}."
FOLLOWED = (
    'Supported are words, "phrases", -words, from:@person, has:link, has:file, has:reaction, has::emoji:, is:thread, '
    "before:, after:, on: and during:."
)


@dataclass(frozen=True)
class Condition:
    """One search modifier, such as `-from:ada`: name, value, and whether it excludes matches."""

    name: str
    value: str
    excludes: bool = False


@dataclass(frozen=True)
class SearchQuery:
    """A parsed query: words that a text must contain, words that it must not contain, and modifiers."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @classmethod
    def parse(cls, query: str) -> "SearchQuery":
        """Parse a query.

        Raises:
            InvalidInput: when the query contains OR, AND or NOT; the message names it.
        """
        wanted: list[str] = []
        unwanted: list[str] = []
        conditions: list[Condition] = []
        for minus, name, phrase, word in TERM.findall(query.translate(STRAIGHT_QUOTES)):
            modifier, value = name.lower(), phrase or word
            if word in OPERATORS and not name:
                raise InvalidInput(
                    NOT_FOLLOWED.format(word), remedy=f"Search for each part in a separate call. {FOLLOWED}"
                )
            if modifier in MODIFIERS:
                conditions.append(Condition(modifier, value, bool(minus)))
            else:
                text = f"{name}:{value}" if name else value
                (unwanted if minus else wanted).append(folded(text.rstrip("*") or text))
        return cls(tuple(wanted), tuple(unwanted), tuple(conditions))

    def named(self, *names: str) -> Sequence[Condition]:
        return [condition for condition in self.conditions if condition.name in names]

    def refuse_except(self, names: set[str]) -> None:
        """Check that the query has only modifiers with these names.

        Raises:
            InvalidInput: when it has another one; the message names it.
        """
        for condition in self.conditions:
            if condition.name not in names:
                raise not_followed(condition)

    def matches_text(self, shown: str) -> bool:
        body = folded(shown)
        return all(word in body for word in self.wanted) and not any(word in body for word in self.unwanted)


def not_followed(condition: Condition) -> InvalidInput:
    minus = "-" if condition.excludes else ""
    return InvalidInput(NOT_FOLLOWED.format(f"{minus}{condition.name}:{condition.value}"), remedy=FOLLOWED)


def check_has(condition: Condition) -> None:
    """Check that the value of a `has:` modifier is supported.

    Raises:
        InvalidInput: when it is not; the message names it.
    """
    value = condition.value.lower()
    if value not in HAS_VALUES and not re.fullmatch(r":[\w+'-]{1,100}:", value):
        raise not_followed(condition)


def message_has(message: MessageRecord, value: str, shown: str) -> bool:
    """Whether a message contains a `has:` value: a link, a file, an image, any reaction, or the reaction `:name:`."""
    value = value.lower()
    if value == "link":
        return "http://" in shown or "https://" in shown
    if value == "file":
        return bool(message.files)
    if value == "image":
        return any(file.filetype in IMAGE_TYPES or file.mimetype.startswith("image/") for file in message.files)
    names = {reaction.name.partition("::")[0] for reaction in message.reactions}
    return bool(names) if value == "reaction" else value.strip(":") in names
