"""Cached lists and names of one workspace for one account."""

from mcp_chassis.storage.cache import Cache

from slack_mcp.access import Access
from slack_mcp.channel_directory import ChannelDirectory
from slack_mcp.client import SlackApi
from slack_mcp.guests import GuestDirectory
from slack_mcp.people_directory import PeopleDirectory
from slack_mcp.records.workspace import IdentityRecord


class Directories:
    """Caches of channels, people, guests, user groups and identities that calls of one account share.

    Args:
        account: text that identifies the credentials that the caches were read with.
    """

    def __init__(self, account: str, api: SlackApi, access: Access, person: SlackApi | None) -> None:
        self.account = account
        self.people = PeopleDirectory(api)
        self.channels = ChannelDirectory(api, self.people, access, person=person)
        self.guests = GuestDirectory(api, self.people)
        self.identities: Cache[IdentityRecord] = Cache(entries=2)
        self.groups: Cache[dict[str, str]] = Cache(entries=1)
