"""Result types of tools: models that become compact JSON, lists with pages, and text."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pydantic_core
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from mcp_types import ContentBlock


class Result(BaseModel):
    """Base of every structured result. Fields that are None are left out of its JSON.

    `plain`: no field has an alias or holds anything but what JSON carries unchanged, so that the structured content
    need not be read back from the text; for answers of thousands of values.
    """

    model_config = ConfigDict(frozen=True)

    page_field: ClassVar[str | None] = None
    plain: ClassVar[bool] = False

    def is_trusted(self) -> bool:
        """Whether all its texts were written by people who may write to the place they stand in."""
        return False

    def is_public(self) -> bool:
        """Whether everything in it stands where anybody can read it."""
        return False

    def beside(self) -> "Sequence[ContentBlock]":
        """Content that a host receives after the JSON: an image, or a link to what is too large for it."""
        return ()

    def as_json(self) -> str:
        """The JSON that a host receives; overridden where a large part is JSON already."""
        return compact(self)


class Page(Result):
    """Result with one page of a list. A subclass adds the list, called `items` or by `page_field`.

    `next_cursor` is the tool's own position, in its own words; the core seals it. `truncated` is set by the core
    where the output budget cut the list.
    """

    page_field: ClassVar[str | None] = "items"

    next_cursor: str | None = None
    truncated: bool | None = None
    warnings: list[str] | None = None


@dataclasses.dataclass(frozen=True)
class TextPage:
    """Text that people read (a diff, a file), and the tool's own position where it goes on."""

    text: str
    next_cursor: str | None = None


@dataclasses.dataclass(frozen=True)
class Content:
    """Content of a resource whose MIME type is known only when it is read."""

    data: str | bytes
    mime_type: str


def compact(value: Any) -> str:
    """Compact JSON of any result: no blanks, no null fields of models, non-finite numbers as null."""
    return pydantic_core.to_json(value, by_alias=True, exclude_none=True, inf_nan_mode="null").decode()
