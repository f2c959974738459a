"""Parsing of a unified diff into changed files, and their construction from GitHub's list of changed files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from github_mcp.diffs.hunks import hunks
from github_mcp.records.pull_requests import ChangedFileRecord

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r'\\([0-7]{3}|[abtnvfr"\\])')
_LETTERS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_STATUS = {"added": "A", "removed": "D", "modified": "M", "renamed": "R", "copied": "C", "changed": "T"}
NO_NEWLINE = "\\ No newline at end of file"


@dataclass(frozen=True)
class Change:
    """One changed file; `lines` is its part of the diff, None if GitHub left it out and blobs must be read."""

    path: str
    status: str
    additions: int
    deletions: int
    lines: tuple[str, ...] | None
    previous: str | None = None
    sha: str | None = None

    @property
    def stat(self) -> str:
        """One line with status, name and counts, such as `M src/a.py +5 -1`."""
        name = f"{self.previous} -> {self.path}" if self.previous else self.path
        return f"{self.status} {name} +{self.additions} -{self.deletions}"

    def wanted(self, paths: Sequence[str]) -> bool:
        """Whether the file is among `paths`: names, folders or globs. An empty list contains every file."""
        # Names are compared before globs, since `[` is an ordinary character of names.
        return not paths or any(self._is(path) for path in paths)

    def _is(self, path: str) -> bool:
        path = path.removeprefix("./").removeprefix("/")
        plain = path.strip("/")
        inside = any(name.startswith(f"{plain}/") for name in self._names)
        return plain in self._names or inside or any(fnmatchcase(name, path) for name in self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.path, self.previous) if self.previous else (self.path,)


def changes_in(diff: str) -> list[Change]:
    """The changed files of a unified diff, in its order; every line belongs to exactly one of them."""
    lines = diff.removesuffix("\n").split("\n")
    starts = [index for index, line in enumerate(lines) if line.startswith("diff --git ")]
    ends = [*starts[1:], len(lines)] if starts else []
    return [_change(tuple(lines[start:end])) for start, end in zip(starts, ends, strict=True)]


def _change(lines: tuple[str, ...]) -> Change:
    hunks = next((index for index, line in enumerate(lines) if line.startswith("@@")), len(lines))
    head, body = lines[:hunks], lines[hunks:]
    facts = {word: line[len(word) :] for line in head for word in _WORDS if line.startswith(word)}
    old, new = _side(facts.get("--- "), "a/"), _side(facts.get("+++ "), "b/")
    renamed = _plain(facts["rename to "]) if "rename to " in facts else None
    return Change(
        path=renamed or new or old or _from_header(lines[0]),
        status="R" if renamed else "A" if "new file mode" in facts else "D" if "deleted file mode" in facts else "M",
        additions=sum(line.startswith("+") for line in body),
        deletions=sum(line.startswith("-") for line in body),
        lines=lines,
        previous=_plain(facts["rename from "]) if renamed else None,
    )


_WORDS = ("--- ", "+++ ", "rename from ", "rename to ", "new file mode", "deleted file mode")


def _side(name: str | None, prefix: str) -> str | None:
    plain = None if name is None else _plain(name.rstrip("\t"))
    return None if plain in (None, "/dev/null") else plain.removeprefix(prefix)


def _from_header(line: str) -> str:
    """The file name in a line `diff --git a/x b/x`, for a part of a diff whose other lines have no name."""
    names = line.removeprefix("diff --git ")
    if quoted := _QUOTED.findall(names):
        return _plain(f'"{quoted[-1]}"').removeprefix("b/")
    return names[len(names) // 2 + 1 :].removeprefix("b/")


def _plain(name: str) -> str:
    """Decode a file name that git quoted, with non-ASCII characters escaped byte by byte."""
    if not (match := _QUOTED.fullmatch(name)):
        return name

    def byte(escape: re.Match[str]) -> str:
        found = escape.group(1)
        return chr(int(found, 8)) if found.isdecimal() else _LETTERS[found]

    return _ESCAPE.sub(byte, match.group(1)).encode("latin-1", "replace").decode("utf-8", "replace")


def listed_change(file: ChangedFileRecord) -> Change:
    """Convert an entry of GitHub's list of changed files; the head that its patch lacks is added."""
    previous = file.previous_filename
    count = file.changes if file.changes is not None else file.additions + file.deletions
    untouched = not count and not file.patch
    head = tuple(_head(file.filename, previous, file.status, textual=not untouched))
    lines = head if untouched else None if file.patch is None else (*head, *file.patch.split("\n"))
    return Change(
        path=file.filename,
        status=_STATUS.get(file.status, "M"),
        additions=file.additions,
        deletions=file.deletions,
        lines=lines,
        previous=previous,
        sha=file.sha,
    )


def _head(path: str, previous: str | None, status: str, *, textual: bool) -> Iterator[str]:
    yield f"diff --git a/{previous or path} b/{path}"
    if previous:
        yield from (f"rename from {previous}", f"rename to {path}")
    elif status in ("added", "removed"):
        yield "new file mode 100644" if status == "added" else "deleted file mode 100644"
    if textual:
        yield "--- /dev/null" if status == "added" else f"--- a/{previous or path}"
        yield "+++ /dev/null" if status == "removed" else f"+++ b/{path}"
    elif not previous:
        yield "(binary file, or only its mode changed)"


def computed_lines(change: Change, old: str | None, new: str | None) -> list[str]:
    """Compute the diff of one file from its old and new text, for a file whose diff GitHub leaves out."""
    status = {"A": "added", "D": "removed"}.get(change.status, "modified")
    head = _head(change.path, change.previous, status, textual=True)
    return [*head, *(part for line in hunks(_lines(old), _lines(new)) for part in line.split("\n"))]


def _lines(text: str | None) -> list[str]:
    if not text:
        return []
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else [*lines[:-1], f"{lines[-1]}\n{NO_NEWLINE}"]
