"""Parts that answers of GraphQL share."""

from mcp_chassis.http.records import Record


class EarlierPageRecord(Record, frozen=True, rename="camel"):
    """Whether a list read from its end has entries before this page."""

    has_previous_page: bool = False
    start_cursor: str | None = None
