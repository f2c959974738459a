"""Code that was found."""

from typing import Self

from mcp_chassis.results import Page, Result

from github_mcp.records.searches import CodeHitRecord


class CodeHit(Result):
    repository: str
    path: str
    fragments: list[str]

    @classmethod
    def from_record(cls, hit: CodeHitRecord) -> Self:
        fragments = [match.fragment for match in hit.text_matches if match.fragment]
        return cls(repository=hit.repository.full_name, path=hit.path, fragments=fragments)


class CodePage(Page):
    total: int | None = None
    items: list[CodeHit]
