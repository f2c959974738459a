"""Markdown texts of GitHub's users, and the association of their authors with the repository."""

from typing import Annotated, Protocol

from mcp_chassis.text_marks import Markdown

from github_mcp.records.accounts import AccountRecord

OWN_HOSTS = ("github.com", "githubusercontent.com")
MarkdownText = Annotated[str, Markdown(OWN_HOSTS)]
INSIDERS = ("owner", "member", "collaborator")
"""Associations of authors who may write to the repository or belong to its organisation."""


class Authored(Protocol):
    """A record with an author, such as a comment or an issue."""

    @property
    def user(self) -> AccountRecord | None: ...
    @property
    def author_association(self) -> str: ...


def association(record: Authored) -> str | None:
    """The association of an author from outside: GitHub's `author_association` in lower case, or `bot`.

    None for owners, members and collaborators.
    """
    # Most texts of an ordinary repository are by insiders: a word beside each of them would cost 5 % of the tokens.
    standing = standing_of(record)
    return None if standing in INSIDERS else standing


def standing_of(record: Authored) -> str:
    """The association of any author in lower case, or `bot`; `unknown` if GitHub does not report it."""
    if record.user is not None and (record.user.type == "Bot" or record.user.login.endswith("[bot]")):
        return "bot"
    return record.author_association.lower() or "unknown"
