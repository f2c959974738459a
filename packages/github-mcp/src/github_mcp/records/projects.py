"""Records of projects, their fields and items in responses of the GraphQL API."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord
from github_mcp.records.discussions import CountedRecord
from github_mcp.records.graphql import LaterPageRecord


class OptionRecord(Record, frozen=True):
    """One option of a single-select field."""

    id: str
    name: str = ""


class IterationRecord(Record, frozen=True, rename="camel"):
    id: str
    title: str = ""
    start_date: str = ""


class IterationsRecord(Record, frozen=True, rename="camel"):
    """The iterations of a field: the present and later ones, and the completed ones."""

    iterations: tuple[IterationRecord, ...] = ()
    completed_iterations: tuple[IterationRecord, ...] = ()


class ProjectFieldRecord(Record, frozen=True, rename="camel"):
    """A field of a project; `options` are those of a single-select field, `configuration` that of an iteration."""

    id: str
    name: str = ""
    data_type: str = ""
    options: tuple[OptionRecord, ...] = ()
    configuration: IterationsRecord = IterationsRecord()

    @property
    def iterations(self) -> tuple[IterationRecord, ...]:
        return (*self.configuration.iterations, *self.configuration.completed_iterations)


class ProjectFieldsRecord(Record, frozen=True):
    nodes: tuple[ProjectFieldRecord, ...] = ()


class ProjectEntryRecord(Record, frozen=True, rename="camel"):
    """A project in a list, without its items."""

    number: int
    title: str = ""
    closed: bool = False
    public: bool = False
    updated_at: str | None = None
    items: CountedRecord = CountedRecord()


class ProjectRecord(Record, frozen=True, rename="camel"):
    """A project with its fields, which are empty if they were not requested."""

    id: str
    number: int
    title: str = ""
    url: str = ""
    closed: bool = False
    fields: ProjectFieldsRecord = ProjectFieldsRecord()


class ListInfoRecord(Record, frozen=True, rename="camel"):
    """The total and the next cursor of a list, without its entries."""

    total_count: int | None = None
    page_info: LaterPageRecord = LaterPageRecord()


class OwnerRecord(Record, frozen=True):
    """The account that was requested as the owner of projects."""

    login: str


class OwnerHolderRecord(Record, frozen=True, rename="camel"):
    """The data of a query for an owner, which is null if no account has the login."""

    repository_owner: OwnerRecord | None = None


class FieldNameRecord(Record, frozen=True, rename="camel"):
    name: str = ""
    data_type: str = ""


class FieldValueRecord(Record, frozen=True, rename="camel"):
    """The value of one field of an item; a value of a kind that is not requested has no part at all."""

    field: FieldNameRecord = FieldNameRecord()
    name: str | None = None
    option_id: str | None = None
    title: str | None = None
    iteration_id: str | None = None
    number: float | None = None
    date: str | None = None
    text: str | None = None

    @property
    def shown(self) -> str | float | None:
        """The value as people read it: text, a date, a number, or the name of an option or iteration."""
        found = next((each for each in (self.name, self.title, self.date, self.text) if each is not None), None)
        if found is not None or self.number is None:
            return found
        return int(self.number) if self.number.is_integer() else self.number


class FieldValuesRecord(Record, frozen=True, rename="camel"):
    total_count: int = 0
    nodes: tuple[FieldValueRecord, ...] = ()


class ContentRepositoryRecord(Record, frozen=True, rename="camel"):
    name_with_owner: str


class NameRecord(Record, frozen=True):
    name: str


class LabelListRecord(Record, frozen=True, rename="camel"):
    total_count: int = 0
    nodes: tuple[NameRecord, ...] = ()


class AssigneeListRecord(Record, frozen=True):
    nodes: tuple[AccountRecord, ...] = ()


class TitledRecord(Record, frozen=True):
    title: str


class ItemContentRecord(Record, frozen=True, rename="camel"):
    """The issue, pull request or draft of an item; a draft has neither number nor repository."""

    id: str = ""
    number: int | None = None
    title: str = ""
    issue_state: str = ""
    pull_state: str = ""
    is_draft: bool = False
    author: AccountRecord | None = None
    author_association: str = ""
    repository: ContentRepositoryRecord | None = None
    assignees: AssigneeListRecord = AssigneeListRecord()
    labels: LabelListRecord = LabelListRecord()
    milestone: TitledRecord | None = None

    @property
    def user(self) -> AccountRecord | None:
        return self.author

    @property
    def full_name(self) -> str:
        """The full name of the repository; empty for a draft."""
        return self.repository.name_with_owner if self.repository else ""


class ProjectItemRecord(Record, frozen=True, rename="camel"):
    """An item of a project; its content is null if this token cannot read it."""

    id: str
    type: str = ""
    is_archived: bool = False
    content: ItemContentRecord | None = None
    field_values: FieldValuesRecord = FieldValuesRecord()


class ProjectReferenceRecord(Record, frozen=True):
    id: str


class ItemPlaceRecord(Record, frozen=True, rename="camel"):
    """An item that was found by its issue or its id: its project, and the present value of the requested field."""

    id: str
    project: ProjectReferenceRecord
    type: str = ""
    is_archived: bool = False
    value: FieldValueRecord | None = None
    content: ItemContentRecord | None = None


class ItemHolderRecord(Record, frozen=True):
    """The data of a query for an item, which is null if no item has the id."""

    node: ItemPlaceRecord | None = None


class ItemPlacesRecord(Record, frozen=True):
    nodes: tuple[ItemPlaceRecord, ...] = ()


class ContentPlacesRecord(Record, frozen=True, rename="camel"):
    """An issue or pull request with the items by which it belongs to projects."""

    id: str
    number: int
    repository: ContentRepositoryRecord
    project_items: ItemPlacesRecord = ItemPlacesRecord()


class ChangedItemRecord(Record, frozen=True):
    """The item in the response of a mutation, with the value of the changed field; null if the field is empty."""

    id: str
    value: FieldValueRecord | None = None


class ItemPayloadRecord(Record, frozen=True):
    item: ChangedItemRecord


class ItemChangeDataRecord(Record, frozen=True):
    change: ItemPayloadRecord


class ItemChangeRecord(Record, frozen=True):
    """The whole response of a mutation that adds or changes an item, which proves the change."""

    data: ItemChangeDataRecord
