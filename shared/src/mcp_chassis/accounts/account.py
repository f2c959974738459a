"""Records of a signed-in account and of its tokens."""

from fnmatch import fnmatchcase

from msgspec import Struct

EARLY_SECONDS = 60.0
"""A token is renewed this long before it ends, so that no call begins with one that ends in the middle."""


class Tokens(Struct):
    """Tokens of one account; kept in the system's keychain, or in the file of accounts where there is none."""

    access_token: str
    refresh_token: str | None = None


class Account(Struct):
    """One account of one server, without its tokens.

    Args:
        name: chosen at `login`.
        client_id: the OAuth app in which the person signed in.
        token_url: the address that renews its tokens.
        owners: glob patterns of the owners it is used for; without any it is used for all others.
        member: the member of the upstream's answers that holds the tokens; empty for the answer itself.
        expires_at: seconds since 1970 at which the access token ends; None for one that does not.
        tokens: only where they are not in the keychain.
    """

    name: str
    client_id: str
    token_url: str
    owners: tuple[str, ...] = ()
    member: str = ""
    expires_at: float | None = None
    tokens: Tokens | None = None

    def serves(self, owner: str) -> bool:
        """Whether a pattern of its own names this owner."""
        return any(fnmatchcase(owner.lower(), pattern.lower()) for pattern in self.owners)

    def is_ending(self, now: float) -> bool:
        return self.expires_at is not None and self.expires_at - EARLY_SECONDS <= now


def chosen(accounts: list[Account], name: str = "", owner: str = "") -> Account | None:
    """The account with this name; else the one whose patterns name the owner; else the first one without patterns."""
    if name:
        return next((account for account in accounts if account.name == name), None)
    of_owner = next((account for account in accounts if owner and account.serves(owner)), None)
    return of_owner or next((account for account in accounts if not account.owners), None)
