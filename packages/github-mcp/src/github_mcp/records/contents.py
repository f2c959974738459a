"""Files, folders and trees."""

from mcp_chassis.http.records import Record


class EntryRecord(Record, frozen=True):
    """One entry of a folder: of the contents API, where it has a `name`, or of a git tree, where it has a `path`."""

    type: str = ""
    name: str | None = None
    path: str | None = None
    size: int | None = None
    mode: str = ""
    git_url: str | None = None

    @property
    def label(self) -> str:
        return self.name or self.path or "(unnamed)"

    @property
    def is_submodule(self) -> bool:
        """The contents API calls a submodule in a folder a file; its git_url is a tree of another repository."""
        return self.type in ("commit", "submodule") or (self.type == "file" and "/git/trees/" in (self.git_url or ""))


class ContentRecord(Record, frozen=True):
    """What lies at a path: a file, a link, a submodule; of a folder `sha` alone is read."""

    type: str = ""
    sha: str = ""
    size: int | None = None
    path: str = ""
    encoding: str = ""
    content: str = ""
    target: str | None = None
    submodule_git_url: str | None = None


class TreeRecord(Record, frozen=True):
    truncated: bool = False
