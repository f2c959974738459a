"""Merging through the merge queue of a branch, which alone may merge there."""

from mcp_chassis.failures import Failure
from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.models.changes import MergedPullRequest
from github_mcp.models.merge_queues import entry_text
from github_mcp.records.merge_queues import QueuedPullRecord
from github_mcp.records.pull_requests import PullRequestRecord

DEFAULT_METHOD = "merge"


async def merge_queue_of(github: GitHubClient, owner: str, repo: str, number: int) -> QueuedPullRecord:
    """The merge queue state of a pull request; as without a queue if it cannot be read."""
    # Where a queue is required, GitHub refuses the merge itself and gives this reason, so no merge bypasses the queue.
    try:
        return await github.merge_queues.state(owner, repo, number)
    except Failure:
        return QueuedPullRecord()


async def queued_merge(
    github: GitHubClient, owner: str, repo: str, pull: PullRequestRecord, method: str
) -> MergedPullRequest | None:
    """Add a pull request to the merge queue of its base branch; None if the branch has no queue.

    Raises:
        Conflict: with GitHub's reason if it does not add the pull request.
    """
    queue = await merge_queue_of(github, owner, repo, pull.number)
    if queue.merge_queue_entry is not None:
        return MergedPullRequest(number=pull.number, queued=entry_text(queue.merge_queue_entry), already=True)
    if not queue.is_merge_queue_enabled:
        return None
    if method != DEFAULT_METHOD:
        warn(f"The merge queue merges by its own method, not by {method}.")
    entry = await github.merge_queues.add(owner, repo, pull)
    return MergedPullRequest(number=pull.number, queued=entry_text(entry))


async def left_queue(github: GitHubClient, owner: str, repo: str, pull: PullRequestRecord) -> bool:
    """Remove a pull request from the merge queue; False if it is in none."""
    if (await merge_queue_of(github, owner, repo, pull.number)).merge_queue_entry is None:
        return False
    await github.merge_queues.remove(owner, pull)
    return True
