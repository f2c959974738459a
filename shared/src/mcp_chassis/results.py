"""Result types of tools: models sent as compact JSON, lists with pages, and text."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pydantic_core
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from mcp_types import ContentBlock


class Result(BaseModel):
    """Base of every structured result. Fields that are None are left out of its JSON.

    `plain`: no field has an alias, and all values are plain JSON types, so that the structured content need not be
    parsed from the text; for results with thousands of values.

    `has_upstream_fields`: its fields are those of an upstream's response, so that results of writes may have texts that
    others wrote too.
    """

    model_config = ConfigDict(frozen=True)

    page_field: ClassVar[str | None] = None
    plain: ClassVar[bool] = False
    has_upstream_fields: ClassVar[bool] = False

    def is_trusted(self) -> bool:
        """Whether all its texts were written by people with write access to the place that contains them."""
        return False

    def is_public(self) -> bool:
        """Whether everything in it comes from a public place."""
        return False

    def beside(self) -> "Sequence[ContentBlock]":
        """Content blocks after the JSON, such as an image, or a link to content that is too large."""
        return ()

    def as_json(self) -> str:
        """The JSON that a host receives; overridden if a large part is serialised already."""
        return compact(self)


class Page(Result):
    """Result with one page of a list. A subclass adds the list, called `items` or by `page_field`.

    `next_cursor` is the tool's own position in any format; the core signs it. `truncated` is set by the core if the
    output budget has cut the list.
    """

    page_field: ClassVar[str | None] = "items"

    next_cursor: str | None = None
    truncated: bool | None = None
    warnings: list[str] | None = None


@dataclasses.dataclass(frozen=True)
class TextPage:
    """Plain text such as a diff or a file, and the tool's own position of the next page."""

    text: str
    next_cursor: str | None = None


@dataclasses.dataclass(frozen=True)
class Content:
    """Content of a resource with the MIME type found when it was read."""

    data: str | bytes
    mime_type: str


def compact(value: Any) -> str:
    """Compact JSON of any value: no spaces, no null fields of models, non-finite numbers as null."""
    return pydantic_core.to_json(value, by_alias=True, exclude_none=True, inf_nan_mode="null").decode()
