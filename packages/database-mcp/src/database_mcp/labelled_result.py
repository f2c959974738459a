"""Base of results whose integrity label depends on which columns of the database are marked."""

from typing import Self

from mcp_chassis.results import Result
from pydantic import PrivateAttr


class LabelledResult(Result):
    """Result that is labelled untrusted unless a reader of column marks found none of them in it."""

    _trusted: bool = PrivateAttr(default=False)

    def is_trusted(self) -> bool:
        return self._trusted

    def trusted(self, trusted: bool) -> Self:
        """The same result with its label."""
        self._trusted = trusted
        return self
