"""Marks in the types of result fields: texts written by outsiders, and texts that their service renders as Markdown.

`body: Annotated[str | None, Markdown()]`, `title: OutsideText`. A marked field is listed as untrusted in the result's
metadata; in Markdown, parts that the rendered page does not show are left out.
"""

import dataclasses
from typing import Annotated, Any


@dataclasses.dataclass(frozen=True)
class Outside:
    """Marks a field with texts that people outside this server wrote."""


@dataclasses.dataclass(frozen=True)
class Markdown(Outside):
    """Marks a text that its service renders as Markdown.

    Args:
        own_hosts: the service's own hosts; links to them may have queries.
    """

    own_hosts: tuple[str, ...] = ()


OUTSIDE = Outside()
OutsideText = Annotated[str, OUTSIDE]
OutsideTexts = Annotated[list[str], OUTSIDE]
OutsideJson = Annotated[Any, OUTSIDE]
