"""Access to the allowed folder, safe against paths and symbolic links that lead out of it, also concurrent ones."""

import mimetypes
import os
import stat
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mcp_chassis.failures import InvalidInput, NotFound, PermissionDenied

from files_server import encodings

MAX_READ_SIZE = 1_000_000  # characters of a text, bytes of anything else
TEXTUAL = {"application/json", "application/xml", "application/toml", "application/yaml", "application/sql"}
UNKNOWN = "text/plain"
TYPES = mimetypes.MimeTypes()
"""MIME types of the standard library, without those that the operating system configures."""
BINARY = "application/octet-stream"
COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
BY_STEPS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY")
"""Whether the system can open a path component by component (`openat`); Windows cannot."""
MORE_TYPES = {
    "text/markdown": (".md", ".markdown"),
    "text/javascript": (".js", ".mjs", ".cjs", ".jsx"),
    "text/x-typescript": (".ts", ".tsx", ".mts", ".cts"),
    "application/yaml": (".yaml", ".yml"),
    "application/toml": (".toml",),
    "application/sql": (".sql",),
    "application/x-ipynb+json": (".ipynb",),
    "image/webp": (".webp",),
    "audio/flac": (".flac",),
    "audio/ogg": (".ogg",),
    "audio/mp4": (".m4a",),
    "video/matroska": (".mkv",),
    "font/woff": (".woff",),
    "font/woff2": (".woff2",),
    "font/ttf": (".ttf",),
    "font/otf": (".otf",),
    "application/epub+zip": (".epub",),
    "application/x-7z-compressed": (".7z",),
    "application/java-archive": (".jar",),
    "application/vnd.sqlite3": (".sqlite", ".db"),
    "application/vnd.apache.parquet": (".parquet",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
}
"""Types that some versions of Python lack, name differently or, like `.ts`, define as a video."""
for kind, endings in MORE_TYPES.items():
    for ending in endings:
        TYPES.add_type(kind, ending)


class Folder:
    """The allowed folder.

    Args:
        root: the resolved path; None if none is configured.
        by_steps: open a file component by component, as POSIX can; else by its path, which is checked again afterwards.
    """

    def __init__(self, root: Path | None, *, by_steps: bool = BY_STEPS) -> None:
        self._root = root
        self._by_steps = by_steps

    @property
    def root(self) -> Path:
        """The allowed folder.

        Raises:
            PermissionDenied: none is configured.
        """
        if self._root is None:
            raise PermissionDenied("This server may read no folder: ALLOWED_DIR is not set.", remedy="Do not retry.")
        return self._root

    @property
    def is_set(self) -> bool:
        return self._root is not None

    def place(self, path: str) -> Path:
        """Resolve an absolute, percent-decoded path to a real path in the folder.

        Raises:
            NotFound: it does not exist or is outside of the folder; the error does not reveal which.
        """
        try:
            named = path.lstrip("/")
            place = Path(named if self.root.drive else f"/{named}").resolve(strict=True)
        except (OSError, ValueError, RuntimeError) as exc:
            raise _nothing_there() from exc
        if not place.is_relative_to(self.root):
            raise _nothing_there()
        return place

    def read(self, path: str) -> tuple[bytes, str]:
        """Read a file; return its bytes and its MIME type, from its name or from its content if they disagree.

        Raises:
            NotFound: the folder has no such file.
            InvalidInput: it is not a regular file.
        """
        place = self.place(path)
        with self._open(place) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InvalidInput("This is not a regular file; list_files lists all files.")
            with os.fdopen(os.dup(descriptor), "rb") as file:
                raw = file.read()
        return raw, kind_of(raw, place)

    def _open(self, place: Path) -> AbstractContextManager[int]:
        return self._opened_by_steps(place) if self._by_steps else _opened_whole(place)

    @contextmanager
    def _opened_by_steps(self, place: Path) -> Generator[int]:
        """Open a file component by component from the root, without following links: a swapped link cannot lead out."""
        here = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for step in place.relative_to(self.root).parts:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                below = os.open(step, flags, dir_fd=here)
                os.close(here)
                here = below
            yield here
        except OSError as exc:
            raise _nothing_there() from exc
        finally:
            os.close(here)


@contextmanager
def _opened_whole(place: Path) -> Generator[int]:
    """Open a file by its path and yield it only if the path, without links, still leads to the same file.

    Swapping a folder for a link and back between two calls defeats this check, but not `_opened_by_steps`.
    """
    optional = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in optional)
    try:
        descriptor = os.open(place, flags)
    except OSError as exc:
        raise _nothing_there() from exc
    try:
        if place.resolve(strict=True) != place or not os.path.samestat(os.fstat(descriptor), place.lstat()):
            raise _nothing_there()
        yield descriptor
    except OSError as exc:
        raise _nothing_there() from exc
    finally:
        os.close(descriptor)


def kind_of(raw: bytes, place: Path) -> str:
    """The MIME type by the file's name, corrected if the name and the content disagree on whether it is text."""
    named = _named(place.name)
    if named is None or is_text(named):
        return named or UNKNOWN if encodings.decoded(raw) else BINARY
    return UNKNOWN if named == BINARY and raw and encodings.decoded(raw) else named


def type_of(path: Path) -> str:
    """The MIME type by the file's name; plain text if it is unknown."""
    return _named(path.name) or UNKNOWN


def _named(name: str) -> str | None:
    """The MIME type of a name, None if unknown; for `notes.txt.gz` that of the compression."""
    kind, compression = TYPES.guess_type(name)
    return COMPRESSED.get(compression, BINARY) if compression else kind


def is_text(mime_type: str) -> bool:
    return mime_type.startswith("text/") or mime_type in TEXTUAL or mime_type.endswith(("+json", "+xml"))


def uri_of(path: Path) -> str:
    return path.as_uri()


def _nothing_there() -> NotFound:
    return NotFound("The allowed folder has no such file.", remedy="Give the path of an address that list_files shows.")
