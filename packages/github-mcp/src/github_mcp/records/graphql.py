"""Parts that answers of GraphQL share."""

from mcp_chassis.http.records import Record


class EarlierPageRecord(Record, frozen=True, rename="camel"):
    """Whether a list read from its end has entries before this page."""

    has_previous_page: bool = False
    start_cursor: str | None = None


class LaterPageRecord(Record, frozen=True, rename="camel"):
    """Whether a list read from its beginning has entries after this page."""

    has_next_page: bool = False
    end_cursor: str | None = None


class RepositoryPlaceRecord(Record, frozen=True, rename="camel"):
    name_with_owner: str
