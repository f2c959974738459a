"""Marks in the types of result fields: texts that others wrote, and texts that their service renders as Markdown.

`body: Annotated[str | None, Markdown()]`, `title: OutsideText`. A marked field is named as untrusted in the result's
metadata; of Markdown, what its page does not show is left out.
"""

import dataclasses
from typing import Annotated, Any


@dataclasses.dataclass(frozen=True)
class Outside:
    """Marks a field whose texts people outside this server wrote."""


@dataclasses.dataclass(frozen=True)
class Markdown(Outside):
    """Marks a text that its service renders as Markdown.

    Args:
        own_hosts: the service's hosts; addresses there may carry queries.
    """

    own_hosts: tuple[str, ...] = ()


OUTSIDE = Outside()
OutsideText = Annotated[str, OUTSIDE]
OutsideTexts = Annotated[list[str], OUTSIDE]
OutsideJson = Annotated[Any, OUTSIDE]
