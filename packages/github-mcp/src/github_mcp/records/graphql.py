"""Records of parts that several GraphQL responses have in common."""

from mcp_chassis.http.records import Record


class EarlierPageRecord(Record, frozen=True, rename="camel"):
    """The page info of a list that is read from its end: whether there are earlier entries, and their cursor."""

    has_previous_page: bool = False
    start_cursor: str | None = None


class LaterPageRecord(Record, frozen=True, rename="camel"):
    """The page info of a list that is read from its beginning: whether there are later entries, and their cursor."""

    has_next_page: bool = False
    end_cursor: str | None = None


class RepositoryPlaceRecord(Record, frozen=True, rename="camel"):
    name_with_owner: str
