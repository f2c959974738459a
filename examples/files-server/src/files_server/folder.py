"""The allowed folder: files are opened only inside it, also where a path or a concurrent swap of links leads out."""

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
"""The library's own table: what this machine has installed plays no part."""
BINARY = "application/octet-stream"
COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
BY_STEPS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY")
"""Whether this system can open a path one step at a time; Windows cannot."""
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
"""Types that some Pythons lack, have under an older name or, as with `.ts`, take for a video."""
for kind, endings in MORE_TYPES.items():
    for ending in endings:
        TYPES.add_type(kind, ending)


class Folder:
    """One folder, by its real place.

    Args:
        by_steps: open step by step, as POSIX can; otherwise by the whole path, which is checked again once it is open.
    """

    def __init__(self, root: Path | None, *, by_steps: bool = BY_STEPS) -> None:
        self._root = root
        self._by_steps = by_steps

    @property
    def root(self) -> Path:
        """The allowed folder.

        Raises:
            PermissionDenied: when none is set.
        """
        if self._root is None:
            raise PermissionDenied("This server may read no folder: ALLOWED_DIR is not set.", remedy="Do not retry.")
        return self._root

    @property
    def is_set(self) -> bool:
        return self._root is not None

    def place(self, path: str) -> Path:
        """The real place of what a path names, its percent signs decoded before.

        Raises:
            NotFound: when it is not there, or outside of the folder: which of both is not told.
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
        """The bytes of a file, and its MIME type: by its name, and by its content where that is another kind.

        Raises:
            NotFound: when the folder has no such file.
            InvalidInput: when it is not a regular file.
        """
        place = self.place(path)
        with self._open(place) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InvalidInput("This is no file; list_files names them all.")
            with os.fdopen(os.dup(descriptor), "rb") as file:
                raw = file.read()
        return raw, kind_of(raw, place)

    def _open(self, place: Path) -> AbstractContextManager[int]:
        return self._opened_by_steps(place) if self._by_steps else _opened_whole(place)

    @contextmanager
    def _opened_by_steps(self, place: Path) -> Generator[int]:
        """Open a file folder by folder from the root down, following no link: the checked file is the opened one."""
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
    """Open a file by its whole path and yield it only if that path still leads, without a link, to the same file.

    Whoever swaps a folder for a link and back between two calls gets past this, but never past the way by steps.
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
    """The MIME type of a file: of a name that says text, only where the content is text, and the other way round."""
    named = _named(place.name)
    if named is None or is_text(named):
        return named or UNKNOWN if encodings.decoded(raw) else BINARY
    return UNKNOWN if named == BINARY and raw and encodings.decoded(raw) else named


def type_of(path: Path) -> str:
    """The MIME type by the file's name; plain text where nothing is known."""
    return _named(path.name) or UNKNOWN


def _named(name: str) -> str | None:
    """The type that a name says: of `notes.txt.gz` that of the compression."""
    kind, compression = TYPES.guess_type(name)
    return COMPRESSED.get(compression, BINARY) if compression else kind


def is_text(mime_type: str) -> bool:
    return mime_type.startswith("text/") or mime_type in TEXTUAL or mime_type.endswith(("+json", "+xml"))


def uri_of(path: Path) -> str:
    return path.as_uri()


def _nothing_there() -> NotFound:
    return NotFound("The allowed folder has no such file.", remedy="Give the path of an address that list_files shows.")
