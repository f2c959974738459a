"""Results of a code search."""

from typing import Self

from mcp_chassis.results import Page, Result
from mcp_chassis.text_marks import OutsideText, OutsideTexts

from github_mcp.records.searches import CodeHitRecord


class CodeHit(Result):
    repository: str
    path: OutsideText
    fragments: OutsideTexts

    @classmethod
    def from_record(cls, hit: CodeHitRecord) -> Self:
        fragments = [match.fragment for match in hit.text_matches if match.fragment]
        return cls(repository=hit.repository.full_name, path=hit.path, fragments=fragments)


class CodePage(Page):
    total: int | None = None
    items: list[CodeHit]
