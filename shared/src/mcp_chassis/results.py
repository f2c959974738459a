"""What a tool answers: a model that becomes compact JSON, or text a person would read."""

import dataclasses
from typing import Any, ClassVar

import pydantic_core
from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """The base of every answer; fields that are None are left out of what the model reads.

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

    def as_json(self) -> str:
        """What a host reads; for a subclass whose large part is JSON already."""
        return compact(self)


class Page(Result):
    """A list that goes on: a subclass adds the list, called `items` or what `page_field` says.

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
    """What a resource holds, where its MIME type is known only when it is read."""

    data: str | bytes
    mime_type: str


def compact(value: Any) -> str:
    """Compact JSON of any result: no blanks, no null fields of models, non-finite numbers as null."""
    return pydantic_core.to_json(value, by_alias=True, exclude_none=True, inf_nan_mode="null").decode()
