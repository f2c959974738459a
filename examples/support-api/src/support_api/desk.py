"""Parameters and requests that the tools in code share."""

from typing import Annotated, Any, Protocol

from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.tools import Connected
from pydantic import Field

API = "support"


class Apis(Protocol):
    """The APIs of a bridge by name."""

    def __getitem__(self, name: str) -> JsonApi: ...


Support = Annotated[Apis, Connected]
TicketId = Annotated[int, Field(ge=1, le=999_999)]


async def ticket(apis: Apis, ticket_id: int) -> dict[str, Any]:
    """Fetch one ticket as JSON."""
    return (await apis[API].get("/tickets/{ticket_id}", {"ticket_id": ticket_id})).json
