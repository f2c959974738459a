"""Records of merge queues in responses of the GraphQL API."""

from mcp_chassis.http.records import Record


class QueueEntryRecord(Record, frozen=True):
    """The place of a pull request in a merge queue."""

    position: int
    state: str = ""


class QueuedPullRecord(Record, frozen=True, rename="camel"):
    """A pull request's relation to the merge queue of its base branch."""

    is_merge_queue_enabled: bool = False
    merge_queue_entry: QueueEntryRecord | None = None


class QueueHolderRecord(Record, frozen=True, rename="camel"):
    """A repository with the requested pull request."""

    name_with_owner: str
    pull_request: QueuedPullRecord = QueuedPullRecord()


class AddedEntryRecord(Record, frozen=True, rename="camel"):
    merge_queue_entry: QueueEntryRecord


class AddedEntryDataRecord(Record, frozen=True):
    change: AddedEntryRecord


class QueueAdditionRecord(Record, frozen=True):
    """The whole response of the mutation that adds a pull request to the queue, which proves the addition."""

    data: AddedEntryDataRecord


class RemovedEntryRecord(Record, frozen=True, rename="camel"):
    """The entry before its removal; null if GitHub does not return it."""

    merge_queue_entry: QueueEntryRecord | None = None


class RemovedEntryDataRecord(Record, frozen=True):
    change: RemovedEntryRecord


class QueueRemovalRecord(Record, frozen=True):
    """The whole response of the mutation that removes a pull request from the queue."""

    data: RemovedEntryDataRecord
