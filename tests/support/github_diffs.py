"""Unified diffs between two trees, and the limits GitHub puts on them."""

import difflib
from dataclasses import dataclass
from functools import lru_cache

from github_world import Repository, blob_sha

WHOLE_DIFF_FILES = 300
WHOLE_DIFF_LINES = 20_000
WHOLE_DIFF_BYTES = 1_000_000
FILE_PATCH_LINES = 20_000
FILE_PATCH_BYTES = 500_000


@dataclass(frozen=True)
class ChangedFile:
    path: str
    status: str
    patch: str
    additions: int
    deletions: int
    sha: str
    binary: bool = False

    def text(self) -> str:
        """This file's part of the whole diff."""
        old = "/dev/null" if self.status == "added" else f"a/{self.path}"
        new = "/dev/null" if self.status == "removed" else f"b/{self.path}"
        mode = {"added": "new file mode 100644\n", "removed": "deleted file mode 100644\n"}.get(self.status, "")
        head = f"diff --git a/{self.path} b/{self.path}\n{mode}index 0000000..{self.sha[:7]}\n"
        if self.binary:
            return f"{head}Binary files {old} and {new} differ\n"
        return f"{head}--- {old}\n+++ {new}\n{self.patch}\n"

    @property
    def too_large(self) -> bool:
        return self.patch.count("\n") >= FILE_PATCH_LINES or len(self.patch.encode()) > FILE_PATCH_BYTES


@lru_cache(maxsize=4096)
def changed_file(path: str, old: bytes | None, new: bytes | None) -> ChangedFile:
    status = "added" if old is None else "removed" if new is None else "modified"
    sha = blob_sha(new if new is not None else old or b"")
    if b"\0" in (old or b"") + (new or b""):
        return ChangedFile(path, status, "", 0, 0, sha, binary=True)
    before, after = lines(old), lines(new)
    patch = "\n".join(_hunks(before, after))
    additions = sum(line.startswith("+") for line in patch.split("\n"))
    deletions = sum(line.startswith("-") for line in patch.split("\n"))
    return ChangedFile(path, status, patch, additions, deletions, sha)


def lines(content: bytes | None) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    text = (content or b"").decode()
    found = text.split("\n")
    if found[-1]:
        return [*found[:-1], found[-1] + "\n\\ No newline at end of file"]
    return found[:-1]


def _hunks(before: list[str], after: list[str]) -> list[str]:
    if not before:
        return [f"@@ -0,0 +1,{len(after)} @@", *("+" + line for line in after)]
    if not after:
        return [f"@@ -1,{len(before)} +0,0 @@", *("-" + line for line in before)]
    return list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]


def changes(repository: Repository, base: str, head: str) -> list[ChangedFile]:
    old, new = repository.commits[base].files, repository.commits[head].files
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return [changed_file(path, old.get(path), new.get(path)) for path in paths]


def whole(files: list[ChangedFile]) -> str | None:
    """The diff in one text, or None where GitHub answers 406."""
    text = "".join(file.text() for file in files)
    fits = len(files) <= WHOLE_DIFF_FILES and text.count("\n") <= WHOLE_DIFF_LINES
    return text if fits and len(text.encode()) <= WHOLE_DIFF_BYTES else None
