"""Texts of authors: what GitHub renders as Markdown, and the standing of whoever wrote it."""

from typing import Annotated, Protocol

from mcp_chassis.text_marks import Markdown

from github_mcp.records.accounts import AccountRecord

OWN_HOSTS = ("github.com", "githubusercontent.com")
MarkdownText = Annotated[str, Markdown(OWN_HOSTS)]
INSIDERS = ("owner", "member", "collaborator")
"""Standings of those who may write to the repository, or belong to its organisation."""


class Authored(Protocol):
    """A record of something that an account wrote."""

    @property
    def user(self) -> AccountRecord | None: ...
    @property
    def author_association(self) -> str: ...


def association(record: Authored) -> str | None:
    """The standing of an author from outside: GitHub's `author_association` in lower case, or `bot`.

    None for insiders, whose texts are most of an ordinary repository: a word beside each would cost 5 % of the tokens.
    """
    standing = standing_of(record)
    return None if standing in INSIDERS else standing


def standing_of(record: Authored) -> str:
    """The standing of any author; `unknown` where GitHub does not tell it."""
    if record.user is not None and (record.user.type == "Bot" or record.user.login.endswith("[bot]")):
        return "bot"
    return record.author_association.lower() or "unknown"
