"""Records of files, folders and trees."""

from mcp_chassis.http.records import Record


class EntryRecord(Record, frozen=True):
    """One entry of a folder, from the contents API, which sends `name`, or from a git tree, which sends `path`."""

    type: str = ""
    name: str | None = None
    path: str | None = None
    size: int | None = None
    mode: str = ""
    git_url: str | None = None

    @property
    def label(self) -> str:
        """The name of the entry."""
        return self.name or self.path or "(unnamed)"

    @property
    def is_submodule(self) -> bool:
        """Whether the entry is a submodule."""
        # In a folder, the contents API reports a submodule as a file whose git_url is a tree of another repository.
        return self.type in ("commit", "submodule") or (self.type == "file" and "/git/trees/" in (self.git_url or ""))


class ContentRecord(Record, frozen=True):
    """A file, symbolic link or submodule at a path, or the `sha` of a folder."""

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
