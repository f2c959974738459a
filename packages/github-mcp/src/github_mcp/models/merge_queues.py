"""Texts about the place of a pull request in a merge queue."""

from github_mcp.records.merge_queues import QueuedPullRecord, QueueEntryRecord


def queue_text(queue: QueuedPullRecord | None) -> str | None:
    """The place in the merge queue, or that the base branch has one; None without a queue, or if it is unknown."""
    if queue is None:
        return None
    if queue.merge_queue_entry is not None:
        return entry_text(queue.merge_queue_entry)
    return "the base branch has one; not in it" if queue.is_merge_queue_enabled else None


def entry_text(entry: QueueEntryRecord) -> str:
    """A place such as `position 2, awaiting checks`."""
    state = entry.state.lower().replace("_", " ")
    return f"position {entry.position}, {state}" if state else f"position {entry.position}"
