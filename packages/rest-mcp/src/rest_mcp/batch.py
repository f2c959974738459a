"""Batch operation of a tool in a bridge file: one request that answers several concurrent calls."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from rest_mcp.changing_words import changes
from rest_mcp.names import FieldPath, ParameterName, QueryName, Request, places
from rest_mcp.parameters import Part

MAX_BATCH_ITEMS = 200


class Batch(Part):
    """An API operation that returns the items for several values of one parameter.

    `field` carries the values: in the query of a GET joined by `separator`, or repeated if there is none; in the JSON
    body of a POST as a list. The response is a list or contains one at the path `items`; the path `key` in each item
    leads to the value that the item belongs to. `most` is the maximum number of values in one request.
    """

    request: Request
    parameter: ParameterName
    field: QueryName
    separator: Literal[",", " ", "|"] | None = None
    query: dict[QueryName, str | int | float | bool] = Field(default_factory=dict[str, str | int | float | bool])
    items: FieldPath | None = None
    key: FieldPath
    most: Annotated[int, Field(ge=2, le=MAX_BATCH_ITEMS)] = 50

    @property
    def method(self) -> str:
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.request.partition(" ")[2]

    def problems(self) -> Iterator[str]:
        """Yield the rules that the batch breaks, without regard to its tool."""
        if self.method not in ("GET", "POST"):
            yield "has a batch that is neither a GET nor a POST"
        if places(self.request):
            yield "has a batch with variables in its path; write a path without variables"
        if changes("", self.path, ""):
            yield "has a batch whose path names a change; a batch must only read"
        if self.method == "POST" and self.separator is not None:
            yield "has a batch with a separator, which a list in a JSON body cannot have: remove it"
        if self.field in self.query:
            yield f"sends {self.field} twice in its batch"
