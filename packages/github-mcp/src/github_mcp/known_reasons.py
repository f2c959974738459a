"""Known reasons for which GitHub refuses a request, each recognised by a pattern of GitHub's message."""

from collections.abc import Sequence
from typing import NamedTuple

from mcp_chassis.failures import Conflict, Failure, InvalidInput, NotFound, PermissionDenied


class EmptyRepository(NotFound):
    """The failure for a repository without commits."""

    def __init__(self) -> None:
        super().__init__(
            "The repository is empty: it has no commits yet.",
            remedy="Push a first commit with git, or choose another repository.",
        )


class Reason(NamedTuple):
    """A known reason of a refusal: the pattern of GitHub's message, and class, text and remedy of the failure."""

    pattern: str
    failure: type[Failure]
    text: str
    remedy: str


NO_RETRY = "Do not retry."
# A pattern is a phrase of GitHub's and not one word: a message may quote the name of a branch, such as `saml-login`.
REASONS: Sequence[Reason] = (
    Reason(
        r"\b(issue|conversation|pull request|discussion|thread) is locked\b|locked (issue|conversation)",
        PermissionDenied,
        "The conversation is locked, so this account cannot write in it.",
        "Do not retry; someone with write access can unlock it.",
    ),
    Reason(
        r"repository (was|is|has been) archived|archived so is read-only",
        PermissionDenied,
        "The repository is archived, so nothing in it can change.",
        NO_RETRY,
    ),
    Reason(
        r"ip allow list",
        PermissionDenied,
        "The organisation has an IP allow list, and the IP address of this server is not on it.",
        "Do not retry; an owner of the organisation can add the address.",
    ),
    Reason(
        r"token'?s? lifetime",
        PermissionDenied,
        "The organisation forbids fine-grained tokens with a lifetime as long as that of this server's GITHUB_TOKEN.",
        "Do not retry; the token's owner can shorten its lifetime at GitHub.",
    ),
    Reason(
        r"personal access token \(classic\)",
        PermissionDenied,
        "The organisation forbids classic personal access tokens, which this server's GITHUB_TOKEN is.",
        "Do not retry; a fine-grained token or a GitHub App is needed.",
    ),
    Reason(
        r"\bsaml (enforcement|single|sso)",
        PermissionDenied,
        "The organisation requires SAML single sign-on, for which this server's GITHUB_TOKEN is not authorised.",
        "Do not retry; the token's owner can authorise it for the organisation in GitHub's token settings.",
    ),
    Reason(
        r"account (was|is|has been) suspended",
        PermissionDenied,
        "GitHub has suspended the account of this server's GITHUB_TOKEN.",
        NO_RETRY,
    ),
    Reason(
        r"repository access blocked",
        PermissionDenied,
        "GitHub has blocked access to this repository, for example for legal reasons.",
        NO_RETRY,
    ),
    Reason(
        r"\b(user|you) (is|are|have been) blocked\b|\bblocked you\b|blocked from (commenting|opening|contributing)",
        PermissionDenied,
        "This account is blocked by the repository's owner.",
        "Do not retry; the owner of the repository can lift the block.",
    ),
    Reason(
        r"made through the merge queue|pull request is in the merge queue",
        Conflict,
        "GitHub changes this branch only through its merge queue.",
        "Use merge_pull_request, which adds a pull request to the queue if the token may use GraphQL.",
    ),
    Reason(
        r"workflow is already running|workflow run .*is already running",
        Conflict,
        "The workflow run has not finished, so it cannot be run again yet.",
        "Read its state with get_run; cancel it, or run it again once it has finished.",
    ),
    Reason(
        r"too large to fetch|blobs up to",
        InvalidInput,
        "The file is too large for GitHub's API, which returns files of up to 100 MB.",
        "Only git can read it.",
    ),
    Reason(
        r"issues (has|have) been disabled|issues are disabled",
        NotFound,
        "Issues are switched off in this repository.",
        "Do not retry; its owner can switch them on.",
    ),
    Reason(r"repository is empty", EmptyRepository, "", ""),
    Reason(
        r"1000 search results",
        InvalidInput,
        "Only the first 1,000 results of a search can be read.",
        "Narrow the query.",
    ),
)
