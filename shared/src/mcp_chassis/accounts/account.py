"""Records of a signed-in account and of its tokens."""

from fnmatch import fnmatchcase

from msgspec import Struct

USUAL_NAME = "default"
"""Name of an account that was signed in to without another one."""
EARLY_SECONDS = 60.0
"""A token is renewed this many seconds before it expires, so that none expires in the middle of a call."""


class Tokens(Struct, frozen=True):
    """Access and refresh token of one account, stored in the system's keychain, or without one in the accounts file."""

    access_token: str
    refresh_token: str | None = None


class Account(Struct, frozen=True):
    """One account of one server, without its tokens.

    Args:
        name: the name chosen at `login`.
        client_id: the OAuth app in which the person signed in.
        token_url: the token endpoint, which also renews the tokens.
        owners: glob patterns of the upstream's owners (users, organisations) it is used for; an account without
            patterns is used for all other owners.
        member: key of the token response that contains the tokens; empty if they are at its top level.
        expires_at: Unix time in seconds at which the access token expires; None if it does not expire.
        tokens: set only if they are not in the keychain.
        signed_in_at: Unix time in seconds of the sign-in, by which another one under the same name is noticed.
    """

    name: str
    client_id: str
    token_url: str
    owners: tuple[str, ...] = ()
    member: str = ""
    expires_at: float | None = None
    tokens: Tokens | None = None
    signed_in_at: float = 0.0

    def serves(self, owner: str) -> bool:
        """Whether one of the account's patterns matches this owner."""
        return any(fnmatchcase(owner.lower(), pattern.lower()) for pattern in self.owners)

    def is_ending(self, now: float) -> bool:
        """Whether the access token expires within `EARLY_SECONDS` of `now`, a Unix time in seconds."""
        return self.expires_at is not None and self.expires_at - EARLY_SECONDS <= now


def chosen(accounts: list[Account], name: str = "", owner: str = "") -> Account | None:
    """Choose by name if one is given, else by the owner, else the first account without patterns; None if none fits."""
    if name:
        return next((account for account in accounts if account.name == name), None)
    of_owner = next((account for account in accounts if owner and account.serves(owner)), None)
    return of_owner or next((account for account in accounts if not account.owners), None)
